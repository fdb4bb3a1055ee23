"""Takes numbers of one series in 20 threads, 50 times each, and gives every fifth back.

Prints how many were taken, how often one came twice, and how many are missing in between.
"""

import os
import sys
import threading

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from qms.organisation.models import Unit  # noqa: E402
from qms.records.models import NumberSeries  # noqa: E402
from qms.records.numbers import take_number  # noqa: E402

TAKERS, TIMES = 20, 50


def main() -> None:
    agency = Unit.objects.filter(kind=Unit.Kind.AGENCY).earliest("pk")
    taken: list[int] = []

    def take(taker: int) -> None:
        for time in range(TIMES):
            for is_given_back in (True, False) if (taker + time) % 5 == 0 else (False,):
                with transaction.atomic():
                    number = take_number(agency, "thu", year=2026, pattern="{seq}")
                    transaction.set_rollback(is_given_back)
                if not is_given_back:
                    taken.append(int(number))
        connection.close()

    threads = [threading.Thread(target=take, args=(taker,)) for taker in range(TAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    twice = len(taken) - len(set(taken))
    missing = NumberSeries.objects.get(name="thu").last - len(set(taken))
    sys.stdout.write(f"{len(taken)} {twice} {missing}\n")


if __name__ == "__main__":
    main()
