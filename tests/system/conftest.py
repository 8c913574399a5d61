"""conftest - what the tests of the relay begin with: a MariaDB for a whole file, a product API for each test."""
import pytest

from harness import Mock
from shop import Database


@pytest.fixture(scope="module", name="server")
def server_fixture():
    with Database() as server:
        yield server


@pytest.fixture(name="mock")
def mock_fixture():
    with Mock() as mock:
        yield mock
