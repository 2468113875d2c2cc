"""The library's tables; each text leads from one version to the next and is never changed."""

MIGRATIONS = (
    """
    CREATE TABLE batch (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        count INTEGER NOT NULL
    );
    CREATE TABLE job (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        jobid TEXT NOT NULL UNIQUE,
        batch INTEGER NOT NULL REFERENCES batch (id),
        tracked_at REAL NOT NULL,
        tracking TEXT NOT NULL,
        removed INTEGER NOT NULL,
        raw BLOB,
        record_source TEXT NOT NULL,
        last_asked_at REAL,
        not_found_count INTEGER NOT NULL,
        note TEXT NOT NULL
    );
    -- Every answer of the API that changed something, as it came.
    CREATE TABLE answer (
        id INTEGER PRIMARY KEY,
        number INTEGER NOT NULL REFERENCES job (number),
        at REAL NOT NULL,
        raw BLOB NOT NULL
    );
    CREATE INDEX answer_of_job ON answer (number);
    -- Images that are no longer in the latest record keep their row: files are never forgotten.
    CREATE TABLE image (
        number INTEGER NOT NULL REFERENCES job (number),
        idx INTEGER NOT NULL,
        state TEXT NOT NULL,
        file TEXT,
        file_width INTEGER,
        file_height INTEGER,
        size_bytes INTEGER,
        sha256 TEXT,
        note TEXT NOT NULL,
        PRIMARY KEY (number, idx)
    ) WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    -- A link from elsewhere than the record, and the search for one.
    ALTER TABLE image ADD COLUMN link TEXT;
    ALTER TABLE image ADD COLUMN search TEXT NOT NULL DEFAULT '';
    ALTER TABLE image ADD COLUMN died TEXT NOT NULL DEFAULT '';
    """,
    """
    -- Which jobs changed last, so that an index beside the library (job_index.py) can catch up.
    CREATE TABLE change (stamp INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL);
    """,
    """
    -- What people said about images; `tags`: a list, as JSON.
    CREATE TABLE mark (
        number INTEGER NOT NULL REFERENCES job (number),
        idx INTEGER NOT NULL,
        flag INTEGER NOT NULL,
        rating INTEGER NOT NULL,
        tags TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (number, idx)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE collection (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
    CREATE TABLE collected (
        collection INTEGER NOT NULL REFERENCES collection (id),
        place INTEGER NOT NULL,
        number INTEGER NOT NULL REFERENCES job (number),
        idx INTEGER NOT NULL,
        PRIMARY KEY (collection, place)
    ) WITHOUT ROWID;
    -- Jobs whose images are to come into a collection when they are there.
    CREATE TABLE expected (
        number INTEGER PRIMARY KEY REFERENCES job (number),
        collection INTEGER NOT NULL REFERENCES collection (id)
    );
    """,
    """
    -- What was pasted, in the order of `id`: jobs, with repeats; texts that name none, and why;
    -- gaps, which are none of these.
    CREATE TABLE paste (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        lines INTEGER NOT NULL
    );
    CREATE TABLE pasted (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        paste INTEGER NOT NULL REFERENCES paste (id),
        number INTEGER REFERENCES job (number),
        text TEXT NOT NULL,
        why TEXT NOT NULL
    );
    CREATE INDEX pasted_by_paste ON pasted (paste);
    CREATE INDEX pasted_by_job ON pasted (number, paste);
    """,
    """
    -- Copies that were exported: what comes back is known by its bytes.
    CREATE TABLE exported (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL UNIQUE,
        number INTEGER NOT NULL REFERENCES job (number),
        idx INTEGER NOT NULL
    );
    """,
    """
    -- `raw` is as it came. What is known beside it, where it does not say all or takes long to
    -- read: a record in the API's form, which goes before it.
    ALTER TABLE job ADD COLUMN facts TEXT;
    """,
    """
    -- What the user calls the job. NULL: no label was ever given; '': it was taken away.
    ALTER TABLE job ADD COLUMN label TEXT;
    """,
)
