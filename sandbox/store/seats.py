"""Where the people of a class are, their raised hands, what they share, how they voted.

Hides the rows a board is read from: one small row a person, overwritten, and the runs without
their texts. Nothing here gives out what somebody wrote or received.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from sandbox.class_records import SeatLine, SeatState, TryLine
from sandbox.records import NotAllowedError, RunState, State
from sandbox.store.class_tables import roster, seat_states, votes
from sandbox.store.database import Database
from sandbox.store.roster import put_day
from sandbox.store.tables import people, runs, verdicts

_AT_ONCE = 500  # databases limit the parameters of one statement
_STATE = tuple(seat_states.c[f.name] for f in fields(SeatState) if f.name != "person_id")  # in its order


class Seats:
    """The part of the store that the lecturer's board reads and the seats write."""

    _database: Database

    # ------------------------------------------------------------------- written by the seats

    def seat_state(self, person_id: str) -> SeatState | None:
        """Return where the person is; None before their first page in a class."""
        with self._database.reading() as connection:
            wanted = select(seat_states.c.person_id, *_STATE).where(seat_states.c.person_id == person_id)
            row = connection.execute(wanted).first()
        return None if row is None else SeatState(*row)

    def move_seat(
        self, person_id: str, class_code: str, *, exercise_id: str, step: str, at: datetime
    ) -> None:
        """Note that the person has come to another place."""
        self._put_seat(
            person_id,
            at,
            class_code=class_code,
            exercise_id=exercise_id,
            step=step,
            arrived_at=at,
            seen_at=at,
            moved_at=at,
        )

    def touch_seat(self, person_id: str, *, at: datetime, step: str = "", moved: bool = False) -> bool:
        """Note a sign of life; ``moved`` when something was done. False where no row is (any more)."""
        values: dict[str, Any] = {"seen_at": at}
        if moved:
            values["moved_at"] = at
        if step:
            values["step"] = step
        with self._database.writing() as connection:
            changed = update(seat_states).where(seat_states.c.person_id == person_id).values(values)
            return connection.execute(changed).rowcount > 0

    def come(self, person_id: str, class_code: str, at: datetime) -> None:
        """Note that the person has come to the class on this day."""
        with self._database.writing() as connection:
            put_day(connection, person_id, class_code, at)

    def keep_open(self, person_id: str, at: datetime) -> None:
        """Note that the person's page is open, without counting it as work."""
        with self._database.writing() as connection:
            connection.execute(
                update(seat_states).where(seat_states.c.person_id == person_id).values(open_at=at)
            )

    def raise_hand(self, person_id: str, class_code: str, *, at: datetime, shows_screen: bool) -> None:
        """Put the person's hand up; one that is up keeps its place in the queue."""
        first = func.coalesce(seat_states.c.hand_at, at)
        self._put_seat(
            person_id,
            at,
            again={"hand_at": first},
            class_code=class_code,
            hand_at=at,
            shows_screen=shows_screen,
        )

    def lower_hand(self, person_id: str) -> None:
        """Take the hand down; with it goes the leave to look."""
        with self._database.writing() as connection:
            connection.execute(
                update(seat_states)
                .where(seat_states.c.person_id == person_id)
                .values(hand_at=None, shows_screen=False)
            )

    def share_run(
        self, person_id: str, class_code: str, run_id: str, *, may_project: bool, at: datetime
    ) -> None:
        """Let the lecturer see one run of the person's own, instead of any other; '' withdraws."""
        if run_id:
            own = select(runs.c.id).where(runs.c.id == run_id, runs.c.person_id == person_id)
            with self._database.reading() as connection:
                if connection.execute(own).first() is None:
                    raise NotAllowedError(
                        "본인의 답변만 공유할 수 있습니다.", remedy="화면을 새로 고친 뒤 다시 눌러 주세요."
                    )
        may = may_project and bool(run_id)
        self._put_seat(person_id, at, class_code=class_code, shared_run_id=run_id, may_project=may)

    def put_vote(self, person_id: str, exercise_id: str, choice: str, at: datetime) -> None:
        """Keep the person's vote of an exercise; the last one counts."""
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(votes)
                .values(person_id=person_id, exercise_id=exercise_id, choice=choice, voted_at=at)
                .on_conflict_do_update(
                    index_elements=["person_id", "exercise_id"], set_={"choice": choice, "voted_at": at}
                )
            )

    # ------------------------------------------------------------------- read by the board

    def class_seats(self, class_code: str) -> tuple[SeatLine, ...]:
        """List everybody who has come into the class, by one small query."""
        found = (
            select(people.c.seat, people.c.name, people.c.id, *_STATE)
            .outerjoin(seat_states, seat_states.c.person_id == people.c.id)
            .where(people.c.class_code == class_code)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return tuple(
            SeatLine(row[2], row[0], row[1], SeatState(*row[2:]) if row.seen_at is not None else None)
            for row in rows
        )

    def empty_seats(self, class_code: str) -> tuple[SeatLine, ...]:
        """List the lines of the roster on which nobody sits yet."""
        found = select(roster.c.seat, roster.c.name).where(
            roster.c.class_code == class_code, roster.c.person_id.is_(None)
        )
        with self._database.reading() as connection:
            return tuple(SeatLine("", row.seat, row.name) for row in connection.execute(found))

    def class_tries(
        self,
        class_code: str,
        *,
        since: datetime | None = None,
        also: Collection[str] = (),
        person_id: str = "",
    ) -> tuple[TryLine, ...]:
        """List the runs made in the class by its people, begun at ``since`` or later, and those of ``also``, oldest first.

        What somebody did before they came into the class is not of it. ``person_id`` narrows it to one of them. Deleted ones come too, as it was done all the same. A model's opinion does not count.
        """
        members = select(people.c.id).where(people.c.class_code == class_code)
        if person_id:
            members = members.where(people.c.id == person_id)
        of_class = and_(runs.c.class_code == class_code, runs.c.person_id.in_(members))
        wanted: ColumnElement[bool] = of_class
        if since is not None:
            # By id, so that both halves go by an index and no long text is passed over on the way.
            recent = runs.c.id.in_(select(runs.c.id).where(of_class, runs.c.created_at >= since))
            wanted = or_(recent, runs.c.id.in_(list(also)[:_AT_ONCE])) if also else recent
        found = (
            select(
                runs.c.id,
                runs.c.person_id,
                runs.c.exercise_id,
                runs.c.state,
                runs.c.created_at,
                runs.c.ended_at,
                runs.c.error_message,
                verdicts.c.check_id,
                verdicts.c.title,
                verdicts.c.state.label("verdict"),
            )
            .outerjoin(verdicts, and_(verdicts.c.run_id == runs.c.id, verdicts.c.by_model.is_(False)))
            .where(wanted)
            .order_by(runs.c.created_at, runs.c.id, verdicts.c.position)
        )
        with self._database.reading() as connection:
            return _tries(connection.execute(found).all())

    def vote_counts(self, class_code: str) -> Mapping[str, Mapping[str, int]]:
        """Count the votes of the class's people, by exercise and choice."""
        counted = (
            select(votes.c.exercise_id, votes.c.choice, func.count().label("people"))
            .join(people, people.c.id == votes.c.person_id)
            .where(people.c.class_code == class_code)
            .group_by(votes.c.exercise_id, votes.c.choice)
        )
        sums: dict[str, dict[str, int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(counted):
                sums.setdefault(row.exercise_id, {})[row.choice] = row.people
        return sums

    # ------------------------------------------------------------------- inside

    def _put_seat(
        self, person_id: str, at: datetime, *, again: Mapping[str, Any] | None = None, **values: Any
    ) -> None:
        fresh: dict[str, Any] = {
            "exercise_id": "",
            "step": "",
            "arrived_at": at,
            "seen_at": at,
            "moved_at": at,
            "hand_at": None,
            "shows_screen": False,
            "shared_run_id": "",
            "may_project": False,
        }
        changed = {"seen_at": at, **values, **(again or {})}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(seat_states)
                .values(person_id=person_id, **{**fresh, **values})
                .on_conflict_do_update(index_elements=["person_id"], set_=changed)
            )


def _tries(rows: Iterable[Any]) -> tuple[TryLine, ...]:
    """Gather runs from rows of run and verdict."""
    gathered: dict[str, list[Any]] = {}
    for row in rows:
        gathered.setdefault(row.id, []).append(row)
    return tuple(_try(of_run) for of_run in gathered.values())


def _try(rows: list[Any]) -> TryLine:
    run = rows[0]
    judged = [row for row in rows if row.verdict is not None]
    return TryLine(
        run.id,
        run.person_id,
        run.exercise_id,
        RunState(run.state),
        run.created_at,
        run.ended_at,
        run.error_message,
        passed=sum(row.verdict == State.PASS for row in judged),
        total=len(judged),
        failed=tuple((row.check_id, row.title) for row in judged if row.verdict == State.FAIL),
    )
