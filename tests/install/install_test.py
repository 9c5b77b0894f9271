"""What `meson install` leaves, in a directory that stands for the machine: install_test.py BUILD SOURCE.
An application is compiled against it in the ways that README names, and the installed server loads
and serves it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

BUILD, SOURCE = (pathlib.Path(argument) for argument in sys.argv[1:3])

APPLICATION = """
#include <curfew/app.h>
using namespace curfew;
void routes(Router& router) {
    router.get("/greet/:name", [](const Request& request) {
        return text("Hello, " + request.param("name") + "!\\n");
    });
}
"""

CMAKE_LISTS = """
cmake_minimum_required(VERSION 3.18)
project(hello CXX)
find_package(curfew 0.1 REQUIRED)
add_library(hello MODULE hello.cpp)
set_target_properties(hello PROPERTIES PREFIX "")
target_link_libraries(hello PRIVATE curfew::curfew)
"""

INSTALLED = re.compile(
    r"bin/curfew|etc/curfew/(curfew|demo)\.toml|include/curfew/([a-z_]+/)?[a-z_0-9]+\.h"
    r"|lib[^/]*(/[^/]+)?/curfew/demo\.so|share/man/man1/curfew\.1|share/pkgconfig/curfew\.pc"
    r"|share/cmake/curfew/curfewConfig(Version)?\.cmake"
)


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="curfew-install-")
        cls.addClassCleanup(cls.temporary.cleanup)
        root = pathlib.Path(cls.temporary.name)
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
        (server,) = root.rglob("bin/curfew")
        cls.prefix = server.parent.parent

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="curfew-application-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        (self.directory / "hello.cpp").write_text(APPLICATION)

    def assert_serves(self, application):
        """The installed server answers with it."""
        log = self.directory / "log"
        with open(log, "w") as output:
            server = subprocess.Popen(
                [self.prefix / "bin" / "curfew", application, "--bind", "127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        try:
            self.assertTrue(any(self.listens(log, server)), log.read_text())
            url = re.search(r"listening on (http://\S+)", log.read_text())[1]
            with urllib.request.urlopen(url + "/greet/you", timeout=30) as reply:
                self.assertEqual(reply.read(), b"Hello, you!\n")
        finally:
            server.terminate()
            self.assertEqual(server.wait(60), 0, log.read_text())

    @staticmethod
    def listens(log, server):
        """Looks again and again, until the server has ended or half a minute is over."""
        for _ in range(600):
            if "listening on http" in log.read_text():
                yield True
            try:
                server.wait(0.05)
                return
            except subprocess.TimeoutExpired:
                pass

    def test_an_installation_has_the_server_headers_manual_and_demo_and_nothing_else(self):
        files = [path for path in self.prefix.rglob("*") if path.is_file()]
        names = [str(path.relative_to(self.prefix)) for path in files]
        self.assertEqual([name for name in names if not INSTALLED.fullmatch(name)], [])
        for name in ["include/curfew/app.h", "share/pkgconfig/curfew.pc", "share/man/man1/curfew.1"]:
            self.assertIn(name, names)

    def test_the_installed_manual_page_has_the_options_of_the_server(self):
        page = (self.prefix / "share" / "man" / "man1" / "curfew.1").read_text()
        said = run(self.prefix / "bin" / "curfew", "--help")
        flags = re.findall(r"^  (?:-., |    )--([a-z-]+)", said, re.MULTILINE)
        self.assertGreater(len(flags), 50)
        for flag in flags:
            self.assertRegex(page, rf"(?m)^\.It .*Fl -{flag}( Ar [A-Z]+)?$")

    def test_pkg_config_finds_what_an_application_is_compiled_with(self):
        # Only there, where every machine looks, whatever its architecture; as if it were /usr.
        environment = dict(os.environ, PKG_CONFIG_LIBDIR=str(self.prefix / "share" / "pkgconfig"))
        environment.pop("PKG_CONFIG_PATH", None)
        flags = run("pkg-config", "--define-prefix", "--cflags", "curfew", env=environment).split()
        self.assertIn(f"-I{self.prefix}/include", flags)

        library = self.directory / "hello.so"
        run("c++", "-shared", "-fPIC", *flags, self.directory / "hello.cpp", "-o", library)
        self.assert_serves(library)

    def test_cmake_finds_the_package(self):
        (self.directory / "CMakeLists.txt").write_text(CMAKE_LISTS)
        build = self.directory / "build"
        run("cmake", "-S", self.directory, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assert_serves(build / "hello.so")

    def test_cmake_refuses_a_version_that_is_not_there(self):
        (self.directory / "CMakeLists.txt").write_text(CMAKE_LISTS.replace("curfew 0.1", "curfew 99"))
        result = subprocess.run(
            ["cmake", "-S", self.directory, "-B", self.directory / "build",
             f"-DCMAKE_PREFIX_PATH={self.prefix}"],
            capture_output=True, text=True, timeout=120,
        )
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('compatible with requested version "99"', " ".join(result.stderr.split()))

    def test_a_release_builds_no_test_and_no_tool_unless_asked(self):
        build = self.directory / "release"
        run("meson", "setup", build, SOURCE)
        self.assertEqual(json.loads(run("meson", "introspect", build, "--tests")), [])
        targets = json.loads(run("meson", "introspect", build, "--targets"))
        places = [
            str(pathlib.Path(target["defined_in"]).relative_to(SOURCE)) + ": " + target["name"]
            for target in targets
            if target["build_by_default"]
        ]
        self.assertIn("master/meson.build: curfew", places)
        # Others say `build_by_default: false`.
        self.assertEqual([place for place in places if place.startswith(("tests/", "tools/"))], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
