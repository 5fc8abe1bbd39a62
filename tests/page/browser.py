"""A headless Chromium that looks at the status page, and the server of its made-up states."""

import os
import subprocess

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

WAIT = 30


class PageServer:
    """tests/page/page_server.cpp: serves a state, and another when it is told so."""

    def __init__(self, program, state):
        self.process = subprocess.Popen([program, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"

    def show(self, state):
        self.process.stdin.write(state + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer == f"shown {state}\n", f"page_server said {answer!r}"

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def start_browser(width=1440, height=1000, dark=False):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", f"--window-size={width},{height}", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--no-first-run", "--disable-background-networking"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    if dark:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return driver


def wait_until(driver, script, *arguments):
    """Waits for a condition of the page, as often as it is looked at."""
    return WebDriverWait(driver, WAIT, poll_frequency=0.05).until(
        lambda d: d.execute_script("return " + script, *arguments), f"in {WAIT} s it never came to: {script}")


def open_page(driver, url):
    driver.get(url)
    wait_until(driver, "document.querySelector('.verdict-title') !== null")
    wait_for_points(driver)


def wait_for_points(driver):
    """Until every dataset that is seen and has points shows marks."""
    wait_until(driver, """[...document.querySelectorAll('.row.dataset .timeline')].every(
        (picture) => picture.getAttribute('aria-label').includes('of 0 points') || picture.querySelector('.m') !== null)""")


def complaints(driver):
    """What the browser has logged as a warning or worse: errors of scripts, violations of the security policy."""
    return [entry for entry in driver.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]
