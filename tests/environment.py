"""The tests' own environment, set before Django reads its settings (`-p tests.environment`)."""

import os
import tempfile
from pathlib import Path

_VAR = Path(os.environ.get("LECTERN_TEST_VAR") or tempfile.mkdtemp(prefix="lectern-tests-"))
os.environ["LECTERN_TEST_VAR"] = str(_VAR)  # workers of a parallel run share the parent's
(_VAR / "static").mkdir(exist_ok=True)  # WhiteNoise warns without it

os.environ.update(
    {
        "VAR_DIR": str(_VAR),
        "SECRET_KEY": "only-for-the-tests-" + "t" * 40,
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "SITE_URL": "http://testserver",
        "EMAIL_URL": "memory:",
        "CACHE_URL": "locmem://",
        "STATIC_FROM_SOURCE": "1",
        "DEBUG": "0",
        "STYLEGUIDE": "1",
        "LOG_LEVEL": "ERROR",
        # Playwright's loop runs in the main thread, where Django would refuse its own ORM calls.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
