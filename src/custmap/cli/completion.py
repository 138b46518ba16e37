"""`custmap completion`: the script that makes a shell complete `custmap`'s commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from custmap.cli.complete import VARIABLE
from custmap.cli.help import command as grouped


@grouped("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that completes `custmap` in SHELL.

    \b
    bash   custmap completion bash > ~/.local/share/bash-completion/completions/custmap
    zsh    custmap completion zsh > "${fpath[1]}/_custmap"
    fish   custmap completion fish > ~/.config/fish/completions/custmap.fish
    """
    from custmap.cli.root import root

    kind = get_completion_class(shell)
    assert kind is not None  # click knows these three
    click.echo(kind(root, {}, "custmap", VARIABLE).source())
    return 0
