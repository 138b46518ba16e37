"""The words by which a name's order or kind is recognised; data that every reader may check."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMPANY_WORDS: Final = _words(
    """
    gmbh mbh inc llc llp ltd limited plc corp corporation company incorporated gmbh&co s.a s.a.s s.r.l srl
    s.p.a spa s.l sarl bv b.v n.v oyj aps a/s pty pte ohg e.v e.k k.k kft zrt s.r.o sp.z.o.o ооо зао оао
    foundation holding holdings group university bank stiftung verein verband
    """
)
"""Last words, in small letters and without the dot at the end, that end a company's name and no person's."""

TRADE_WORDS: Final = _words(
    """
    logistics solutions services consulting industries enterprises associates ventures systems technologies
    restaurant ristorante hotel café pizzeria bakery bäckerei boulangerie metzgerei apotheke pharmacie
    farmacia pharmacy arztpraxis zahnarztpraxis kanzlei autohaus garage werkstatt brauerei brewery
    universität université universidad clinic klinik hospital museum firma trust estate plumbing construction
    trading transport motors media studio studios software labs properties realty insurance catering supplies
    import export travel tours security cleaning ministry
    """
)
"""Words, in small letters, by which a business or an institution calls itself, wherever they stand."""

COMPANY_CAPITALS: Final = _words("AG SE KG UG AB AS OY SA NV LP SL EV CO KK")
"""Legal forms that are also names or syllables; only in capitals, after a word that is not."""

COMPANY_CHARACTERS: Final = (
    *("株式会社", "有限会社", "合同会社", "有限公司", "주식회사"),
    *("(株)", "（株）", "㈱", "㈲", "㍿"),
)

NO_NAME: Final = _words(
    """
    n/a #n/a n.a none null (null) nil undefined unknown anonymous noname nobody tbd unbekannt inconnu
    desconocido sconosciuto onbekend
    """
)
"""Words that stand where a name is not known."""

TITLES: Final = _words(
    """
    นาย นาง นางสาว น.ส ด.ช ด.ญ คุณ ທ້າວ ນາງ господин госпожа пан пані
    shri shrimati smt kumari thiru thirumathi selvi puan datuk datin dato datuk tuan ibu pak alhaji alhaja
    hajah ato weyzero weyzerit daw bayan sayın ing mag bc lic dott avv arq κύριος κυρία
    السيد السيدة الآنسة آقای خانم
    """
)
"""Titles beside those that the parser knows."""

PLAIN_TITLES: Final = _words(
    """
    mr mrs ms miss mx mister missus madam mme mlle dr dra doctor prof professor rev reverend hon honorable
    honourable herr herrn frau fräulein señor señora señorita sr sra srta senhor senhora dom doña
    signor signore signora signorina sig dott avv ing lic arq meneer mevrouw dhr mevr hr fru frk fröken
    captain capt colonel col lieutenant lt sergeant sgt corporal cpl admiral adm commander cmdr commodore
    brigadier cpt maj gen pvt senator governor gov president pres councillor cllr alderman ambassador
    archbishop archdeacon father mother brother sister aunt uncle attorney
    puan shri shrimati smt alhaji weyzero weyzerit
    """
)
"""Titles, in small letters, that nobody is called by: no name begins with them."""

TITLES_BEFORE: Final = sorted(_words("Mr Mrs Ms Miss Mx Dr Prof Professor Rev Herr Frau Mme Mlle Sra Ing"))
"""The commonest of them, as they are written before plain names."""

PARTICLES: Final = sorted(_words("van von de der den di da del della dos du la le los ter vom zu"))
"""The commonest particles, as they are written within plain names."""

SUFFIXES_AFTER: Final = [r"Jr\.?", r"Sr\.?", "II", "III", "IV", "PhD", "MD", r"Esq\.?"]
"""The commonest suffixes, as patterns, as they are written after plain names."""

NAMES_OR_TITLES: Final = _words(
    """
    prince princess king queen earl duke duchess major judge dean baron baroness bishop deacon marquis
    marquise sultan sultana imam shah khan mahdi pasha emperor noble canon ranger rock sailor saint royal
    chancellor marshal marshall squire knight chief pharaoh pastor pope lord bard poet guru lama buddha
    abbot prior general sheriff constable tsar archer
    """
)
"""Titles that are given names as well."""

GIVEN_NAMES: Final = _words(
    """
    emese boróka réka zsófia zsuzsanna zsuzsa ágnes ildikó ilona enikő eszter erzsébet katalin krisztina
    gyöngyi gyula györgy istván lászló zoltán gábor tamás ferenc sándor attila balázs csaba miklós józsef
    jános mihály zsolt bence levente máté ádám tibor imre lajos károly béla dóra nóra orsolya piroska
    anna maria mária maría marie anne hélène élise françoise geneviève monique brigitte ursula ingrid
    heike sabine ulrike jürgen günther giulia chiara francesca giuseppe giovanni alessandro lucía josé
    joão inês olga oleg tatiana natalia svetlana irina galina dmitri dmitry sergei sergey igor yuri
    vladimir ivan katarzyna agnieszka małgorzata wojciech krzysztof tomasz zbigniew jiří tomáš lukáš
    mehmet ayşe fatma elif mustafa emre hiroshi takashi yuki sakura akira haruki naoko yoko
    emily emma olivia jessica jennifer hannah sarah chloé théo sophie nathalie camille
    hans uwe klaus wolfgang lena sofía pablo javier pilar beatriz tiago catarina
    """
)
"""Given names that are rarely family names: standing last, they tell that the family name may stand first."""

FAMILY_ENDINGS: Final = (
    "ov",
    "enko",
    "chuk",
    "sky",
    "ski",
    "cki",
    "ić",
    "shvili",
    "sson",
    "dóttir",
    "dottir",
    "poulos",
    "oğlu",
    "escu",
    "ffy",
    *("moto", "yama", "mura", "kawa", "gawa", "zaki", "shima", "bashi"),
)
"""Endings, in Latin letters, that family names have and given names as good as never."""

PLAIN_SUFFIXES: Final = _words(
    """
    jr sr jnr snr junior senior ii iii iv phd md mba cpa esq esquire dds obe kbe cbe mbe
    """
)
"""Words after a name, in small letters, that are plainly no names."""

PARTICLES_OR_NAMES: Final = _words("abu al bar bat bon do mac santa te")
"""Particles that, with a capital, are given names as well."""

HONORIFICS_AFTER: Final = _words("bey hanım hanim efendi sahib saheb sahab ji bhai garu sama sensei kun úr")
"""Forms of address that stand after a name, in small letters."""

ORDERS_KNOWN: Final = _words(
    """
    LATIN CYRILLIC GREEK HEBREW ARABIC GEORGIAN ARMENIAN DEVANAGARI BENGALI GURMUKHI GUJARATI THAI LAO
    HANGUL CJK
    """
)
"""Scripts, by Unicode's names, in which the order of a name's words is all but always the same."""

FIRST_IN_VIETNAMESE: Final = _words(
    """
    nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trịnh đoàn lương mai
    trương cao tạ thái châu
    """
)
"""Common Vietnamese family names, which stand first; with marks on the letters they are no one else's."""

FIRST_IN_ROMANISED: Final = _words(
    """
    wang li zhang liu chen yang huang zhao wu zhou
    xu sun ma zhu hu guo he lin gao luo zheng
    liang xie song tang deng feng han cao zeng
    peng xiao cai pan tian dong yuan yu ye cheng
    su lu jiang wei xue kim lee park choi jung
    jeong kang cho yoon jang lim shin seo kwon
    hwang ahn chan wong cheung leung lau ng ong tan goh teo tay nguyen tran le pham huynh hoang phan
    vu vo dang bui do ho ngo duong ly sato suzuki
    takahashi tanaka watanabe ito yamamoto
    nakamura kobayashi kato yoshida yamada sasaki
    nagy kovacs kovács toth tóth szabo szabó
    horvath horváth varga kiss molnar molnár
    """
)
"""Common family names of people who write them first; in Latin letters the order cannot be told."""

CHINESE: Final = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭"
    "田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江"
    "尹薛闫阎段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴戴莫孔向汤湯"
)
"""The commonest Chinese family names of one character (simplified and traditional)."""

CHINESE_TWO: Final = _words("欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 东方 東方 皇甫 尉迟 公孙 慕容 令狐 司徒")

JAPANESE: Final = _words(
    """
    佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口
    松本 井上 木村 斎藤 斉藤 清水 山崎 池田 橋本 阿部 石川 前田 藤田 小川 後藤
    岡田 長谷川 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本
    松田 中島 中野 原田 小野 田村 竹内 金子 和田 中山 石田 上田 森田 宮崎 酒井
    工藤 横山 内田 高木 安藤 島田 谷口 大野 今井 高田 丸山 河野 藤本 村田 武田
    上野 杉山 増田 小山 大塚 平野 菅原 久保 千葉 松井 岩崎 桜井 木下 野口 松尾
    菊地 野村 新井
    """
)
"""The commonest Japanese family names of two and three characters."""
