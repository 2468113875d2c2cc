"""Names of settings that a rescue of the library leaves for the services."""

RESCUE_NOTICE = "rescue_notice"  # what the user is to be told, until it was read
RESCUED_NUMBERS = "rescued_numbers"  # the highest job number that was given before the rescue
