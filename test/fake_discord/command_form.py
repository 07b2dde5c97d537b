"""Whether a slash command is one that Discord registers.
@source Discord API reference, "Application Command Structure", "Naming" """
import re

from .api_error import required, wrong_form

NAME = re.compile(r"[-_'\w]{1,32}")
DESCRIPTION_MAX, OPTIONS_MAX, CHOICES_MAX = 100, 25, 25
CHAT_INPUT = 1
OPTION_TYPES = range(1, 12)


def check_command(command, path):
    """Raises ApiError. @param path where in the form it stands, e.g. "0" """
    check_name(command, path)
    if command.get("type", CHAT_INPUT) == CHAT_INPUT:
        check_description(command, path)
    options = command.get("options") or []
    if len(options) > OPTIONS_MAX:
        raise wrong_form(f"{path}.options", "BASE_TYPE_MAX_LENGTH", f"Must be {OPTIONS_MAX} or fewer in length.")
    optional_seen, names = False, set()
    for at, option in enumerate(options):
        where = f"{path}.options.{at}"
        check_name(option, where)
        check_description(option, where)
        if option.get("type") not in OPTION_TYPES:
            raise wrong_form(f"{where}.type", "BASE_TYPE_CHOICES", "Value must be one of (1, .., 11).")
        if option["name"] in names:
            raise wrong_form(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                             "Option name already exists")
        if option.get("required") and optional_seen:
            raise wrong_form(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                             "Required options must be placed before non-required options")
        if option.get("autocomplete") and option.get("choices"):
            raise wrong_form(where, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES_INVALID",
                             "Autocomplete and choices exclude each other")
        if len(option.get("choices") or []) > CHOICES_MAX:
            raise wrong_form(f"{where}.choices", "BASE_TYPE_MAX_LENGTH", f"Must be {CHOICES_MAX} or fewer in length.")
        optional_seen = optional_seen or not option.get("required")
        names.add(option["name"])


def check_name(thing, path):
    name = thing.get("name")
    if not name:
        raise required(f"{path}.name")
    if not NAME.fullmatch(name) or name != name.lower():
        raise wrong_form(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def check_description(thing, path):
    if not 1 <= len(thing.get("description") or "") <= DESCRIPTION_MAX:
        raise wrong_form(f"{path}.description", "BASE_TYPE_BAD_LENGTH",
                         f"Must be between 1 and {DESCRIPTION_MAX} in length.")
