CREATE TABLE record (
    key TEXT COLLATE "C" PRIMARY KEY,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE audit (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    origin TEXT,
    action TEXT NOT NULL,
    app TEXT,
    before TEXT,
    after TEXT,
    reason TEXT
);

CREATE INDEX audit_by_app ON audit (app, sequence);
CREATE INDEX audit_by_actor ON audit (actor, sequence);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END;
$$;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

CREATE TABLE ticket (
    key TEXT COLLATE "C" PRIMARY KEY,
    body TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE INDEX ticket_by_end ON ticket (ends_at);
