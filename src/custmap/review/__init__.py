"""What a change means: two versions of a mapping, a new version of a contract; and first drafts."""
