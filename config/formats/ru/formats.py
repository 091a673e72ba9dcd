"""Russian days without “г.”: sentences end with them, and would end with two stops."""

DATE_FORMAT = "j E Y"
DATETIME_FORMAT = "j E Y, G:i"
