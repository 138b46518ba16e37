"""Pages for people who would rather look: a static site, the page of one mapping, and the same page alive."""
