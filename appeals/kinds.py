"""Kinds of things that people report: the categories of the vocabulary and what belongs to each."""

from appeals.statements.vocabulary import KEYWORD_OTHER, VOCABULARY

PREFIX = "STATEMENT_CATEGORY_"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
UNSPECIFIED = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"

# Directive 2011/93, Art. 3-7: the law asks no name for a notice of these (DSA Art. 16(2)(c)).
CHILD_ABUSE = (
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
    "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
)
CHILD_ABUSE_KIND = "child-abuse"

# The sub-categories of each category, as the official report templates order them (EU 2024/2835).
KEYWORDS_OF: dict[str, tuple[str, ...]] = {
    f"{PREFIX}{category}": tuple(f"KEYWORD_{word}" for word in words.split())
    for category, words in {
        "ANIMAL_WELFARE": "ANIMAL_HARM UNLAWFUL_SALE_ANIMALS OTHER",
        "CONSUMER_INFORMATION": (
            "HIDDEN_ADVERTISEMENT INSUFFICIENT_INFORMATION_ON_TRADERS "
            "MISLEADING_INFO_GOODS_SERVICES MISLEADING_INFO_CONSUMER_RIGHTS NONCOMPLIANCE_PRICING "
            "OTHER"
        ),
        "CYBER_VIOLENCE": (
            "CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT CYBER_INCITEMENT CYBER_STALKING "
            "NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_MATERIAL_DEEPFAKE OTHER"
        ),
        "CYBER_VIOLENCE_AGAINST_WOMEN": (
            "BULLYING_AGAINST_GIRLS CYBER_HARASSMENT_AGAINST_WOMEN CYBER_STALKING_AGAINST_WOMEN "
            "FEMALE_GENDERED_DISINFORMATION INCITEMENT_AGAINST_WOMEN "
            "NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN "
            "NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN OTHER"
        ),
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": (
            "BIOMETRIC_DATA_BREACH DATA_FALSIFICATION MISSING_PROCESSING_GROUND RIGHT_TO_BE_FORGOTTEN OTHER"
        ),
        "ILLEGAL_OR_HARMFUL_SPEECH": "DEFAMATION DISCRIMINATION HATE_SPEECH OTHER",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS": (
            "COPYRIGHT_INFRINGEMENT DESIGN_INFRINGEMENT GEOGRAPHIC_INDICATIONS_INFRINGEMENT "
            "PATENT_INFRINGEMENT TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT OTHER"
        ),
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": (
            "MISINFORMATION_DISINFORMATION VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW OTHER"
        ),
        "PROTECTION_OF_MINORS": (
            "AGE_SPECIFIC_RESTRICTIONS_MINORS CHILD_SEXUAL_ABUSE_MATERIAL "
            "CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE GROOMING_SEXUAL_ENTICEMENT_MINORS "
            "UNSAFE_CHALLENGES OTHER"
        ),
        "RISK_FOR_PUBLIC_SECURITY": (
            "ILLEGAL_ORGANIZATIONS RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH TERRORIST_CONTENT OTHER"
        ),
        "SCAMS_AND_FRAUD": (
            "IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS INAUTHENTIC_LISTINGS "
            "INAUTHENTIC_USER_REVIEWS PHISHING PYRAMID_SCHEMES OTHER"
        ),
        "SELF_HARM": "CONTENT_PROMOTING_EATING_DISORDERS SELF_MUTILATION SUICIDE OTHER",
        "UNSAFE_AND_PROHIBITED_PRODUCTS": "PROHIBITED_PRODUCTS UNSAFE_PRODUCTS OTHER",
        "VIOLENCE": (
            "COORDINATED_HARM INCITEMENT_VIOLENCE_HATRED HUMAN_EXPLOITATION HUMAN_TRAFFICKING "
            "TRAFFICKING_WOMEN_GIRLS OTHER"
        ),
        "OTHER_VIOLATION_TC": (
            "ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS GEOGRAPHICAL_REQUIREMENTS "
            "GOODS_SERVICES_NOT_PERMITTED LANGUAGE_REQUIREMENTS NUDITY OTHER"
        ),
    }.items()
}
# A notice that names a keyword belongs to its category; “something else” belongs to every one.
CATEGORY_OF_KEYWORD = {
    keyword: category
    for category, keywords in KEYWORDS_OF.items()
    for keyword in keywords
    if keyword != KEYWORD_OTHER
}


def kind_of(category: str) -> str:
    """The short name of a category in an address: `violence`, `self-harm`."""
    return category.removeprefix(PREFIX).lower().replace("_", "-")


CATEGORY_OF_KIND = {kind_of(category): category for category in VOCABULARY["category"]}


def belongs(keyword: str, category: str) -> bool:
    """Whether a notice of this category may name the keyword; any may where no category was chosen."""
    if category == UNSPECIFIED or keyword in ("", KEYWORD_OTHER) or keyword not in CATEGORY_OF_KEYWORD:
        return True
    return CATEGORY_OF_KEYWORD[keyword] == category


def is_child_abuse(keyword: str) -> bool:
    """Whether links alone are taken: no attachment, no preview, and no name is demanded."""
    return keyword in CHILD_ABUSE
