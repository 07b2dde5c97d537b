"""As much of JSON Schema 2020-12 as the broker's OpenAPI document uses. A keyword that is not known here raises."""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
ANNOTATIONS = {"description", "format", "default"}


def is_of_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def problems(value, schema, root, at="$"):
    """Yields a line for each way in which the value does not fit."""
    for keyword, rule in schema.items():
        if keyword == "$ref":
            target = root
            for part in rule.removeprefix("#/").split("/"):
                target = target[part]
            yield from problems(value, target, root, at)
        elif keyword == "type":
            if not any(is_of_type(value, name) for name in ([rule] if isinstance(rule, str) else rule)):
                yield f"{at}: {value!r} is no {rule}"
        elif keyword == "enum":
            if value not in rule:
                yield f"{at}: {value!r} is none of {rule}"
        elif keyword == "required":
            yield from (f"{at}.{key} is missing" for key in rule if isinstance(value, dict) and key not in value)
        elif keyword == "properties":
            for key, below in rule.items():
                if isinstance(value, dict) and key in value:
                    yield from problems(value[key], below, root, f"{at}.{key}")
        elif keyword == "additionalProperties":
            for key in value if isinstance(value, dict) else ():
                if key not in schema.get("properties", {}):
                    yield from problems(value[key], rule, root, f"{at}.{key}")
        elif keyword == "items":
            for i, item in enumerate(value if isinstance(value, list) else ()):
                yield from problems(item, rule, root, f"{at}[{i}]")
        elif keyword == "oneOf":
            fits = sum(not list(problems(value, one, root)) for one in rule)
            if fits != 1:
                yield f"{at}: fits {fits} of {len(rule)}"
        elif keyword in ("minimum", "maximum"):
            if isinstance(value, (int, float)) and (value < rule if keyword == "minimum" else value > rule):
                yield f"{at}: {value} is beyond {keyword} {rule}"
        elif keyword in ("maxLength", "maxProperties"):
            if isinstance(value, (str, dict)) and len(value) > rule:
                yield f"{at}: longer than {rule}"
        elif keyword not in ANNOTATIONS:
            raise ValueError(f"{at}: the keyword {keyword} is not known here")


def unknown_keys(value, schema, root, at="$"):
    """Yields every key of an object that its schema does not name."""
    while "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    if isinstance(value, dict) and "properties" in schema:
        for key, below in value.items():
            if key not in schema["properties"]:
                yield f"{at}.{key}"
            else:
                yield from unknown_keys(below, schema["properties"][key], root, f"{at}.{key}")
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from unknown_keys(item, schema["items"], root, f"{at}[{i}]")
