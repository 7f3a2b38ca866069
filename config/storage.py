"""Static files under names that change with their bytes: browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's, with the imports between our script modules hashed too."""

    support_js_module_import_aggregation = True
