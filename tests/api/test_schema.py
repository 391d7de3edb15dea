"""Schemathesis over the OpenAPI description of the real application: no answer that it does not describe, no 500."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA

app = create_app(make_service(Workshop(Settings(data=DATA, client_messages_a_minute=1_000_000, messages_a_minute=1_000_000))))
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_address_keeps_to_its_description(case: Case) -> None:
    response = case.call()
    # 503 is what a service without a mail server says; "either text or choice" and consent are rules that a schema can't state.
    unsaid = [positive_data_acceptance, *([not_a_server_error] if response.status_code == 503 else [])]
    case.validate_response(response, excluded_checks=unsaid)
