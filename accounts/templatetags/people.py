"""How pages name what belongs to people."""

import re

from django import template

register = template.Library()

# The first that is found: browsers name those they descend from, too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "HeadlessChrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """“Firefox on Linux” for what a browser sends; what it sends itself where that is unknown."""
    words = set(re.findall(r"[A-Za-z]+", user_agent))
    name = next((label for word, label in _BROWSERS.items() if word in words), "")
    system = next((label for word, label in _SYSTEMS.items() if word in words), "")
    if name and system:
        return f"{name} on {system}"
    return name or system or user_agent[:60]
