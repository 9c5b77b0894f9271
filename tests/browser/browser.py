"""A headless Chromium of one's own, with nothing of it left afterwards."""

import base64
import contextlib
import json
import os
import signal
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Browser:
    """What tests ask of a page. `driver` is Selenium's, for the rest."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        self.driver.get(url)

    def resize(self, width, height=1000):
        """Of the page, also narrower than a window can be."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def prefer(self, scheme):
        """`light` or `dark`, as the system would say."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        """The first. Fails if there is none."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        """JavaScript that may `return` something."""
        return self.driver.execute_script(script, *arguments)

    def wait_until(self, condition, seconds=10):
        """Until `condition()` is true. Returns what it returned."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.02).until(lambda _: condition())

    def press(self, *keys):
        """Where the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self):
        """Errors and warnings of the console since the last call; what the policy forbade, too."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The addresses that were asked for since the last call, the page's own among them."""
        messages = (json.loads(entry["message"])["message"]
                    for entry in self.driver.get_log("performance"))
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def picture(self, path, clip=None):
        """A PNG of the whole page, or of the part from one element to another, for people."""
        options = {"captureBeyondViewport": True}
        if clip:
            top, bottom = (self.run("return arguments[0].getBoundingClientRect()", element)
                           for element in clip)
            options["clip"] = {"x": 0, "y": top["top"], "scale": 1,
                               "width": self.run("return document.documentElement.clientWidth"),
                               "height": bottom["bottom"] - top["top"]}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser(width=1280, height=1000):
    """Ends with the block, also when the test is told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="curfew-browser-", ignore_cleanup_errors=True) as own:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", f"--user-data-dir={own}/profile", "--disable-gpu",
                         "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                         "--disable-background-networking", "--disable-component-update",
                         f"--window-size={width},{height}"):
            options.add_argument(argument)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # which root cannot have
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        # Crash reports, caches and temporary files go where the profile is.
        environment = {**os.environ, "HOME": own, "TMPDIR": own,
                       "XDG_CONFIG_HOME": own, "XDG_CACHE_HOME": own}
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver", env=environment),
                                  options=options)
        try:
            yield Browser(driver)
        finally:
            driver.quit()
