"""Whether a message that the bot wants to send is one that Discord takes.
@source Discord API reference: "Create Message", "Embed Limits", "Component Reference" """
from .api_error import ApiError, required, too_long, wrong_form

CONTENT_MAX, NONCE_MAX = 2000, 25  # code points
SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 15
FLAGS_OF_SEND, FLAGS_OF_EDIT = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2, SUPPRESS_EMBEDS | COMPONENTS_V2
EMBEDS_MAX, FIELDS_MAX, EMBED_TEXT_MAX = 10, 25, 6000
EMBED_TEXTS = {"title": 256, "description": 4096}
ROWS_MAX, BUTTONS_MAX, LABEL_MAX, CUSTOM_ID_MAX = 5, 5, 80, 100
ROW, BUTTON, LINK_STYLE = 1, 2, 5


def check_message(payload, files=(), flags_allowed=FLAGS_OF_SEND, editing=False):
    """Raises ApiError for what Discord refuses; trims `content` as Discord does."""
    if not isinstance(payload, dict):
        raise wrong_form("_", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    check_content(payload)
    check_nonce(payload.get("nonce"))
    check_allowed_mentions(payload.get("allowed_mentions") or {})
    check_embeds(payload.get("embeds") or [])
    check_components(payload.get("components") or [], payload.get("flags") or 0)
    payload["flags"] = (payload.get("flags") or 0) & flags_allowed if "flags" in payload else None
    says = [payload.get(x) for x in ("content", "embeds", "components", "sticker_ids", "poll")]
    if not editing and not any(says) and not files:
        raise ApiError(50006)


def check_content(payload):
    content = payload.get("content")
    if content is None:
        return
    if not isinstance(content, (str, int, float)):
        raise wrong_form("content", "BASE_TYPE_BAD_TYPE", "Could not interpret as a string.")
    content = str(content)
    if any(0xD800 <= ord(x) <= 0xDFFF for x in content):
        raise ApiError(50109)
    payload["content"] = content.strip()
    if len(payload["content"]) > CONTENT_MAX:
        raise too_long("content", CONTENT_MAX)
    if payload.get("flags") and payload["flags"] & COMPONENTS_V2 and content:
        raise wrong_form("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                         "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")


def check_nonce(nonce):
    if isinstance(nonce, str) and len(nonce) > NONCE_MAX:
        raise too_long("nonce", NONCE_MAX)
    if nonce is not None and not isinstance(nonce, (str, int)):
        raise wrong_form("nonce", "NONCE_TYPE_COERCE", "Value \"{}\" is not int or string.")


def check_allowed_mentions(allowed):
    parse = allowed.get("parse") or []
    for kind in ("users", "roles"):
        if kind in parse and allowed.get(kind):
            raise wrong_form("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                             f"parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.")
        if len(allowed.get(kind) or []) > 100:
            raise wrong_form(f"allowed_mentions.{kind}", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.")
    for kind in parse:
        if kind not in ("users", "roles", "everyone"):
            raise wrong_form("allowed_mentions.parse.0", "BASE_TYPE_CHOICES",
                             "Value must be one of {'users', 'everyone', 'roles'}.")


def check_embeds(embeds):
    if len(embeds) > EMBEDS_MAX:
        raise too_long("embeds", EMBEDS_MAX)
    total = 0
    for at, embed in enumerate(embeds):
        texts = [(name, embed.get(name), most) for name, most in EMBED_TEXTS.items()]
        texts.append(("footer.text", (embed.get("footer") or {}).get("text"), 2048))
        texts.append(("author.name", (embed.get("author") or {}).get("name"), 256))
        fields = embed.get("fields") or []
        if len(fields) > FIELDS_MAX:
            raise too_long(f"embeds.{at}.fields", FIELDS_MAX)
        for number, field in enumerate(fields):
            for name, most in (("name", 256), ("value", 1024)):
                if not field.get(name):
                    raise required(f"embeds.{at}.fields.{number}.{name}")
                texts.append((f"fields.{number}.{name}", field[name], most))
        for name, text, most in texts:
            if text and len(text) > most:
                raise too_long(f"embeds.{at}.{name}", most)
            total += len(text or "")
    if total > EMBED_TEXT_MAX:
        raise wrong_form("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT_MAX}")


def check_components(rows, flags):
    if flags & COMPONENTS_V2:
        return  # taken as they are: the bot under test sends none
    if len(rows) > ROWS_MAX:
        raise wrong_form("components", "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {ROWS_MAX} in length.")
    seen = set()
    for at, row in enumerate(rows):
        if row.get("type") != ROW:
            raise wrong_form(f"components.{at}.type", "UNION_TYPE_CHOICES",
                             "Value of field \"type\" must be one of (1,).")
        inner = row.get("components") or []
        if not 1 <= len(inner) <= BUTTONS_MAX:
            raise wrong_form(f"components.{at}.components", "BASE_TYPE_BAD_LENGTH",
                             f"Must be between 1 and {BUTTONS_MAX} in length.")
        for number, button in enumerate(inner):
            check_button(button, f"components.{at}.components.{number}", seen)


def check_button(button, path, seen):
    if len(button.get("label") or "") > LABEL_MAX:
        raise wrong_form(f"{path}.label", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {LABEL_MAX} in length.")
    if button.get("type") == BUTTON and button.get("style") == LINK_STYLE:
        if not button.get("url"):
            raise wrong_form(f"{path}.url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        return
    if button.get("type") == BUTTON and button.get("style") not in (1, 2, 3, 4):
        raise wrong_form(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    custom_id = button.get("custom_id") or ""
    if not 1 <= len(custom_id) <= CUSTOM_ID_MAX:
        raise wrong_form(f"{path}.custom_id", "BASE_TYPE_BAD_LENGTH",
                         f"Must be between 1 and {CUSTOM_ID_MAX} in length.")
    if custom_id in seen:
        raise wrong_form(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED",
                         "Component custom id cannot be duplicated")
    seen.add(custom_id)
