"""disk - a small file system for one table of the scratch database, so that it can really be full."""
import contextlib
import os
import subprocess

import pymysql

TABLE_FULL = 1114  # ER_RECORD_FILE_FULL: what InnoDB makes of ENOSPC


class NoDisk(Exception):
    """No file system can be made here, and why: that takes root's rights."""


@contextlib.contextmanager
def small_disk(db, folder, table):
    """Meanwhile the table lies on a file system of 4 MB; nobody else may use the table while it moves there and back."""
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "productsync-small-disk", folder], capture_output=True,
                              text=True, timeout=20)
    except OSError as e:
        raise NoDisk(str(e)) from None
    if done.returncode:
        raise NoDisk(" ".join(done.stderr.split()))
    try:
        with moved(db, folder, table):
            yield Disk(db, folder, table)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True, timeout=20)


@contextlib.contextmanager
def moved(db, folder, table):
    """The table under its name, but in another folder."""
    made = db.row(f"SHOW CREATE TABLE {table}")["Create Table"].replace(table, f"{table}_small", 1)
    with db.connect(user="root", password="") as c:  # a table elsewhere takes the right FILE
        c.execute(f"{made} DATA DIRECTORY='{folder}'")
    try:
        db.run(f"INSERT INTO {table}_small SELECT * FROM {table}")
        db.run(f"RENAME TABLE {table} TO {table}_away, {table}_small TO {table}")
        try:
            yield
        finally:
            db.run(f"RENAME TABLE {table} TO {table}_small, {table}_away TO {table}")
            db.run(f"REPLACE INTO {table} SELECT * FROM {table}_small")
    finally:
        db.run(f"DROP TABLE {table}_small")


class Disk:
    """What the table lies on."""

    def __init__(self, db, folder, table):
        self.db, self.folder, self.table = db, folder, table

    def fill(self, row, column):
        """Adds rows, each with less in the column, until not even the smallest has room. row(number) gives their first values."""
        number = 0
        for size in (4000, 400, 0):  # none so large that it has pages of its own
            with contextlib.suppress(NoRoom):
                while True:
                    number += 1
                    self._add(dict(row(number), **{column: "x" * size}))

    def _add(self, values):
        try:
            self.db.run(f"INSERT INTO {self.table} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",
                        *values.values())
        except pymysql.err.MySQLError as e:
            if e.args[0] != TABLE_FULL:
                raise
            raise NoRoom from None

    def free(self):
        """Bytes."""
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_frsize

    def grow(self):
        """As when somebody has made room."""
        subprocess.run(["mount", "-o", "remount,size=64m", self.folder], check=True, timeout=20)


class NoRoom(Exception):
    """A row had none."""
