"""Pages in a real browser: headless Chromium over WebDriver, as Debian has them."""
