"""``mingan demo``: make a district for trying, keep it alive, take it away.

What a person must correct is said in one line on standard error, with exit code 2.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.demo import living, removing, seeding
from api.demo.errors import NoDemoError
from api.demo.schools import SCHOOLS
from api.demo.wanted import FEWEST_DAYS, MOST_DAYS, Wanted
from api.kit import logging
from api.kit.alone import mask_others
from api.kit.errors import StartError
from api.runtime import Runtime
from api.settings import Settings, load_settings
from api.startup import make_or_bring_up_to_date, opened, print_line, tell_first_admin

app = typer.Typer(
    help="A district for trying, marked 示例 (Sample): made up, and taken away again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Of the command centre, as for `mingan api`.")
]
_Config = Annotated[Path | None, typer.Option("--config", help="YAML file with settings.")]


class Language(StrEnum):
    """Of names that exist in one language only."""

    ZH = "zh"
    EN = "en"


@app.command("seed")
def seed(
    data_dir: _DataDir = None,
    config: _Config = None,
    seed_number: Annotated[
        int, typer.Option("--seed", help="The same number makes the same district.")
    ] = 1,
    until: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The last whole day; yesterday if not given, and then today so far as well.",
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(min=FEWEST_DAYS, max=MOST_DAYS, help="How many days of history.")
    ] = MOST_DAYS,
    schools: Annotated[
        int, typer.Option(min=1, max=len(SCHOOLS), help="How many of the twelve schools.")
    ] = len(SCHOOLS),
    lang: Annotated[
        Language, typer.Option(help="Of places, cameras and notes; schools have both names.")
    ] = Language.ZH,
    beside: Annotated[
        bool, typer.Option("--beside", help="Also where there are schools that are not the demo's.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Take an earlier demo away first.")
    ] = False,
    sign_ins: Annotated[
        bool,
        typer.Option(
            "--sign-ins",
            help="Give a leader, a reviewer and a school one-time passwords, and print them.",
        ),
    ] = False,
) -> None:
    """Make a district of twelve schools with ninety days of history.

    Footage is judged as everybody's; alerts carry drawn pictures. A running command centre may go
    on running.
    """
    wanted = Wanted(
        seed=seed_number,
        until=None if until is None else until.date(),
        days=days,
        schools=schools,
        language=lang.value,
        beside=beside,
        sign_ins=sign_ins,
    )
    _run(config, data_dir, lambda runtime: _seed(runtime, wanted, again=again), is_new=True)


@app.command("remove")
def remove(data_dir: _DataDir = None, config: _Config = None) -> None:
    """Take the district away again; the access log keeps that it was there."""
    _run(config, data_dir, _remove)


@app.command("live")
def live(data_dir: _DataDir = None, config: _Config = None) -> None:
    """Let the demo's boxes go on reporting until Ctrl-C, so that its cameras stay online."""
    try:
        _run(config, data_dir, _live)
    except KeyboardInterrupt:
        return


async def _seed(runtime: Runtime, wanted: Wanted, *, again: bool) -> None:
    begun_s = time.monotonic()
    if again and await removing.is_there(runtime):
        print_line(f"removed: {await removing.remove(runtime)} rows")
    made = await seeding.seed(runtime, wanted, print_line)
    print_line(f"made {made.rows.total()} rows in {time.monotonic() - begun_s:.0f} s")
    for each in made.sign_ins:
        print_line(f"console user: {each.username}")
        print_line(f"console password: {each.password}")
    print_line("`mingan demo live` keeps its boxes online; `mingan demo remove` takes it away")


async def _remove(runtime: Runtime) -> None:
    print_line(f"removed: {await removing.remove(runtime)} rows")


async def _live(runtime: Runtime) -> None:
    count = await living.beat(runtime)
    print_line(f"{count} boxes report until Ctrl-C")
    reported_s = -living.REPORT_S
    while True:
        # Meanwhile it may be taken away and made again.
        with contextlib.suppress(NoDemoError):
            await living.beat(runtime)
        if time.monotonic() - reported_s >= living.REPORT_S:
            await living.report(runtime)
            reported_s = time.monotonic()
        await asyncio.sleep(living.BEAT_S)


def _run(
    config: Path | None,
    data_dir: Path | None,
    step: Callable[[Runtime], Coroutine[Any, Any, None]],
    *,
    is_new: bool = False,
) -> None:
    """Run a step on a command centre's database; a new one is made if it may be."""
    settings = load_settings(config, data_dir=data_dir)
    logging.configure(settings.log_level)
    if not is_new and not settings.audit_key_path.exists():
        raise NoDemoError
    asyncio.run(_with_runtime(settings, step))


async def _with_runtime(settings: Settings, step: Callable[[Runtime], Awaitable[None]]) -> None:
    async with opened(settings) as runtime:
        await make_or_bring_up_to_date(runtime)
        tell_first_admin(runtime, print_line)
        await step(runtime)


def main() -> int:
    """Run one command; answers the exit code."""
    mask_others()
    try:
        app(prog_name="mingan demo")
    except StartError as error:
        print(f"mingan: {error.line()}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
