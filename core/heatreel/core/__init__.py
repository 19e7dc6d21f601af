"""What all stages share: the words as types, the workspace on disk, configuration, errors."""
