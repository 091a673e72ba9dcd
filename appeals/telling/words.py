"""A sentence for every code of the European vocabulary, as one would say it to somebody of twelve."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

VISIBILITY = {
    "DECISION_VISIBILITY_CONTENT_REMOVED": _("The content was removed."),
    "DECISION_VISIBILITY_CONTENT_DISABLED": _("The content was blocked: nobody can open it."),
    "DECISION_VISIBILITY_CONTENT_DEMOTED": _(
        "The content was made harder to find: it was moved down or hidden from search and suggestions."
    ),
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED": _("Only adults can see the content."),
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED": _(
        "Others can no longer answer, share or react to the content as before."
    ),
    "DECISION_VISIBILITY_CONTENT_LABELLED": _("A label was put on the content."),
    "DECISION_VISIBILITY_OTHER": _("The content was made harder to see in another way."),
}
MONETARY = {
    "DECISION_MONETARY_SUSPENSION": _("Earning money with it was stopped for a time."),
    "DECISION_MONETARY_TERMINATION": _("Earning money with it was ended."),
    "DECISION_MONETARY_OTHER": _("Earning money with it was limited in another way."),
}
PROVISION = {
    "DECISION_PROVISION_PARTIAL_SUSPENSION": _("A part of the service was switched off for a time."),
    "DECISION_PROVISION_TOTAL_SUSPENSION": _("The whole service was switched off for a time."),
    "DECISION_PROVISION_PARTIAL_TERMINATION": _("A part of the service was ended for good."),
    "DECISION_PROVISION_TOTAL_TERMINATION": _("The whole service was ended for good."),
}
ACCOUNT = {
    "DECISION_ACCOUNT_SUSPENDED": _("The account was suspended."),
    "DECISION_ACCOUNT_TERMINATED": _("The account was closed."),
}
ACCOUNT_TYPES = {
    "ACCOUNT_TYPE_BUSINESS": _("It is the account of a business."),
    "ACCOUNT_TYPE_PRIVATE": _("It is a private account."),
}
# Codes of `recourse.effects` that we have words for; docs/api.md names them to the platforms.
EFFECTS = {
    "search_hidden": _("It was hidden from search."),
    "suggestions_hidden": _("It was hidden from suggestions."),
    "comments_closed": _("Others can no longer comment."),
    "sharing_closed": _("Others can no longer share it."),
    "joining_closed": _("Nobody new can join."),
    "messages_limited": _("You can send fewer messages, or only to some people."),
    "live_closed": _("You can no longer go live."),
    "label": _("A label was put on it."),
}
GROUNDS = {
    "DECISION_GROUND_ILLEGAL_CONTENT": _("The platform says that this breaks the law."),
    "DECISION_GROUND_INCOMPATIBLE_CONTENT": _("The platform says that this breaks its rules."),
}
ALSO_ILLEGAL = {
    "Yes": _("The platform says that it breaks the law as well."),
    "No": _("The platform does not say that it breaks the law."),
}
CONTENT_TYPES = {
    "CONTENT_TYPE_APP": _("an app"),
    "CONTENT_TYPE_AUDIO": _("a sound recording"),
    "CONTENT_TYPE_IMAGE": _("a picture"),
    "CONTENT_TYPE_PRODUCT": _("a product for sale"),
    "CONTENT_TYPE_SYNTHETIC_MEDIA": _("something made or changed by a machine"),
    "CONTENT_TYPE_TEXT": _("a text"),
    "CONTENT_TYPE_VIDEO": _("a video"),
    "CONTENT_TYPE_OTHER": _("something else"),
}
SOURCES = {
    "SOURCE_ARTICLE_16": _("A person or a group reported it. We never say who."),
    "SOURCE_TRUSTED_FLAGGER": _(
        "An organisation reported it whose reports are looked at first (a “trusted flagger”)."
    ),
    "SOURCE_TYPE_OTHER_NOTIFICATION": _("Somebody pointed it out to the platform. We never say who."),
    "SOURCE_VOLUNTARY": _("Nobody reported it. The platform looked at it of its own accord."),
}
DETECTION = {
    "Yes": _("A machine found it."),
    "No": _("It was not found by a machine."),
}
AUTOMATION = {
    "AUTOMATED_DECISION_FULLY": _("A machine decided, without any person."),
    "AUTOMATED_DECISION_PARTIALLY": _("A person and a machine decided together."),
    "AUTOMATED_DECISION_NOT_AUTOMATED": _("A person decided."),
}
ORDERS = {
    "court": _("A court ordered it."),
    "administrative": _("An authority ordered it."),
    "informal": _("An authority asked for it, without an order that binds."),
}
CATEGORIES = {
    "STATEMENT_CATEGORY_ANIMAL_WELFARE": _("Harm to animals"),
    "STATEMENT_CATEGORY_CONSUMER_INFORMATION": _("Wrong or missing information for buyers"),
    "STATEMENT_CATEGORY_CYBER_VIOLENCE": _("Violence against somebody on the internet"),
    "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN": _("Violence against women on the internet"),
    "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": _("Private life and personal data"),
    "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH": _("Unlawful or harmful speech"),
    "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS": _("Use of somebody else's work or brand"),
    "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": _(
        "Harm to public debate or elections"
    ),
    "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE": _("Reported without saying what kind of thing it is"),
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC": _("Another breach of the platform's rules"),
    "STATEMENT_CATEGORY_PROTECTION_OF_MINORS": _("Protection of children"),
    "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY": _("Danger to the public"),
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD": _("Scams and fraud"),
    "STATEMENT_CATEGORY_SELF_HARM": _("Harm to oneself"),
    "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS": _("Unsafe or forbidden products"),
    "STATEMENT_CATEGORY_VIOLENCE": _("Violence"),
}
KEYWORDS = {
    "KEYWORD_ADULT_SEXUAL_MATERIAL": _("sexual material for adults"),
    "KEYWORD_AGE_SPECIFIC_RESTRICTIONS": _("age limits"),
    "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS": _("age limits that protect children"),
    "KEYWORD_ANIMAL_HARM": _("cruelty to animals"),
    "KEYWORD_BIOMETRIC_DATA_BREACH": _("misuse of faces, fingerprints or voices"),
    "KEYWORD_BULLYING_AGAINST_GIRLS": _("bullying of girls"),
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL": _("sexual abuse of children"),
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE": _("sexual abuse of children, made by a machine"),
    "KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS": _("praise of eating disorders"),
    "KEYWORD_COORDINATED_HARM": _("planning together to harm somebody"),
    "KEYWORD_COPYRIGHT_INFRINGEMENT": _("copyright"),
    "KEYWORD_CYBER_BULLYING_INTIMIDATION": _("bullying and intimidation"),
    "KEYWORD_CYBER_HARASSMENT": _("harassment"),
    "KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN": _("harassment of women"),
    "KEYWORD_CYBER_INCITEMENT": _("calls to attack somebody on the internet"),
    "KEYWORD_CYBER_STALKING": _("stalking on the internet"),
    "KEYWORD_CYBER_STALKING_AGAINST_WOMEN": _("stalking of women on the internet"),
    "KEYWORD_DATA_FALSIFICATION": _("false data about somebody"),
    "KEYWORD_DEFAMATION": _("lies that damage somebody's name"),
    "KEYWORD_DESIGN_INFRINGEMENT": _("copied designs"),
    "KEYWORD_DISCRIMINATION": _("discrimination"),
    "KEYWORD_FEMALE_GENDERED_DISINFORMATION": _("false claims about women"),
    "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT": _("protected names of regions"),
    "KEYWORD_GEOGRAPHICAL_REQUIREMENTS": _("requirements of certain countries"),
    "KEYWORD_GOODS_SERVICES_NOT_PERMITTED": _("goods or services that are not allowed here"),
    "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS": _("luring children into sexual acts"),
    "KEYWORD_HATE_SPEECH": _("hate speech"),
    "KEYWORD_HIDDEN_ADVERTISEMENT": _("hidden advertising"),
    "KEYWORD_HUMAN_EXPLOITATION": _("exploitation of people"),
    "KEYWORD_HUMAN_TRAFFICKING": _("trade in people"),
    "KEYWORD_ILLEGAL_ORGANIZATIONS": _("forbidden organisations"),
    "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING": _("pretending to be somebody, or a stolen account"),
    "KEYWORD_INAUTHENTIC_ACCOUNTS": _("fake accounts"),
    "KEYWORD_INAUTHENTIC_LISTINGS": _("fake offers"),
    "KEYWORD_INAUTHENTIC_USER_REVIEWS": _("fake reviews"),
    "KEYWORD_INCITEMENT_AGAINST_WOMEN": _("calls for violence or hatred against women"),
    "KEYWORD_INCITEMENT_VIOLENCE_HATRED": _("calls for violence or hatred"),
    "KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS": _("missing information about a trader"),
    "KEYWORD_LANGUAGE_REQUIREMENTS": _("requirements about language"),
    "KEYWORD_MISINFORMATION_DISINFORMATION": _("false information"),
    "KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS": _("misleading information about the rights of buyers"),
    "KEYWORD_MISLEADING_INFO_GOODS_SERVICES": _("misleading information about goods or services"),
    "KEYWORD_MISSING_PROCESSING_GROUND": _("use of personal data without a right to it"),
    "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING": _("intimate pictures shared without consent"),
    "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN": _(
        "intimate pictures of women shared without consent"
    ),
    "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE": _("intimate pictures made by a machine without consent"),
    "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN": _(
        "intimate pictures of women made by a machine without consent"
    ),
    "KEYWORD_NONCOMPLIANCE_PRICING": _("wrong prices"),
    "KEYWORD_NUDITY": _("nudity"),
    "KEYWORD_OTHER": _("something else"),
    "KEYWORD_PATENT_INFRINGEMENT": _("patents"),
    "KEYWORD_PHISHING": _("tricking people out of passwords or money"),
    "KEYWORD_PROHIBITED_PRODUCTS": _("forbidden products"),
    "KEYWORD_PYRAMID_SCHEMES": _("pyramid schemes"),
    "KEYWORD_RIGHT_TO_BE_FORGOTTEN": _("the right to be forgotten"),
    "KEYWORD_RISK_ENVIRONMENTAL_DAMAGE": _("danger to nature"),
    "KEYWORD_RISK_PUBLIC_HEALTH": _("danger to public health"),
    "KEYWORD_SELF_MUTILATION": _("injuring oneself"),
    "KEYWORD_STALKING": _("stalking"),
    "KEYWORD_SUICIDE": _("suicide"),
    "KEYWORD_TERRORIST_CONTENT": _("terrorism"),
    "KEYWORD_TRADE_SECRET_INFRINGEMENT": _("trade secrets"),
    "KEYWORD_TRADEMARK_INFRINGEMENT": _("brands"),
    "KEYWORD_TRAFFICKING_WOMEN_GIRLS": _("trade in women and girls"),
    "KEYWORD_UNLAWFUL_SALE_ANIMALS": _("unlawful sale of animals"),
    "KEYWORD_UNSAFE_CHALLENGES": _("dangerous challenges"),
    "KEYWORD_UNSAFE_PRODUCTS": _("unsafe products"),
    "KEYWORD_VIOLATION_EU_LAW": _("a breach of European law on elections or debate"),
    "KEYWORD_VIOLATION_NATIONAL_LAW": _("a breach of national law on elections or debate"),
}
SENTENCES = {
    "decision_visibility": VISIBILITY,
    "decision_monetary": MONETARY,
    "decision_provision": PROVISION,
    "decision_account": ACCOUNT,
    "account_type": ACCOUNT_TYPES,
    "decision_ground": GROUNDS,
    "content_type": CONTENT_TYPES,
    "category": CATEGORIES,
    "category_specification": KEYWORDS,
    "source_type": SOURCES,
    "automated_decision": AUTOMATION,
}
KNOWN_EFFECTS = {**VISIBILITY, **MONETARY, **PROVISION, **ACCOUNT, **EFFECTS}
SOMEBODY = pgettext_lazy("in place of a name that may not be told", "(a person)")
