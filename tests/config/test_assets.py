import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import SimpleTestCase

NAMED = re.compile(r"""{%\s*static\s+['"]([^'"]+)['"]""")


class AssetTests(SimpleTestCase):
    def test_every_asset_that_a_template_names_is_built(self):
        pages = Path(settings.BASE_DIR, "templates").rglob("*.html")
        named = {name for page in pages for name in NAMED.findall(page.read_text(encoding="utf-8"))}
        self.assertTrue(named)
        self.assertEqual([name for name in sorted(named) if not finders.find(name)], [])

    def test_no_source_is_served(self):
        self.assertIsNone(finders.find("src/public.scss"))
