"""Commands for staff accounts: staff add, staff list."""

from __future__ import annotations

from typing import Annotated

import typer

from knowledge.errors import KnowledgeError
from signpost.output import Output
from signpost.wiring import Workshop
from store.outbox import is_address
from store.staff import Role, StaffAccounts

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Staff accounts.", no_args_is_help=True)
    group.command()(add)
    group.command("list")(everyone)
    app.add_typer(group, name="staff")


def add(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address of the person.")],
    area: Annotated[str, typer.Option(help="Area that the person works for.")],
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.REVIEWER,
    setting: Annotated[str, typer.Option(help="Only setting of an editor.")] = "",
    address: Annotated[str, typer.Option(help="Address of the service, for the link; default: SIGNPOST_PUBLIC_ADDRESS.")] = "",
    as_json: Json = False,
) -> None:
    """Add somebody, or let them set a new password: prints a link that works once, for three days."""
    workshop: Workshop = context.obj
    found = next((each for each in workshop.store.areas() if each.slug == area), None)
    if found is None:
        raise KnowledgeError(f"no area '{area}': run 'signpost ingest PACK' first")
    if not is_address(email.strip()):
        raise KnowledgeError(f"'{email}' is not an e-mail address")
    if role is Role.EDITOR and setting not in {each.slug for each in found.settings}:
        raise KnowledgeError(
            f"an editor needs a setting of {area}: give one of {', '.join(each.slug for each in found.settings)}"
        )
    token = StaffAccounts(workshop.engine).add(email, name or email.split("@")[0], role, area, setting, move=True)
    link = f"{(address or workshop.settings.public_address).rstrip('/')}/staff/welcome/{token}"
    Output.json({"link": link}) if as_json else Output.line(link)


def everyone(context: typer.Context, area: Annotated[str, typer.Option(help="Area.")], as_json: Json = False) -> None:
    """List the accounts of an area."""
    workshop: Workshop = context.obj
    found = StaffAccounts(workshop.engine).everyone(area)
    if as_json:
        Output.json([{key: getattr(each, key) for key in ("email", "name", "role", "setting", "active")} for each in found])
        return
    for each in found:
        state = "active" if each.active else "removed"
        Output.line(f"{each.email}  {each.role.value}  {each.setting or 'whole area'}  {state}")
