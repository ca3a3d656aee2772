-- Gives the audit chain to a role that nobody signs in as, so that the portal's own account can append to it and read it, and no more.
-- Run once, as a superuser (or a role that may create roles and is a member of the portal's role), in the portal's database, after
-- the first migration:
--
--   psql "$ADMIN_DATABASE_URL" --single-transaction --set=ON_ERROR_STOP=1 --file separate-audit-owner.sql
--
-- Run again after an upgrade whose notes ask for it; it changes only what is not right yet. See docs/audit.md, "Who owns the chain".
DO $separate$
DECLARE
  owner CONSTANT TEXT := 'corbel_audit_owner';
  portal TEXT;
  thing RECORD;
BEGIN
  -- The account that runs the migrations owns the portal's own tables.
  SELECT tableowner INTO STRICT portal FROM pg_tables WHERE schemaname = 'public' AND tablename = '_prisma_migrations';
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner) THEN
    EXECUTE format('CREATE ROLE %I NOLOGIN', owner);
  END IF;
  FOR thing IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'corbel_audit'::regnamespace AND c.relkind IN ('r', 'p') LOOP
    EXECUTE format('ALTER TABLE corbel_audit.%I OWNER TO %I', thing.relname, owner);
    EXECUTE format('REVOKE ALL ON corbel_audit.%I FROM PUBLIC, %I', thing.relname, portal);
    EXECUTE format('GRANT SELECT ON corbel_audit.%I TO %I', thing.relname, portal);
  END LOOP;
  FOR thing IN SELECT p.oid::regprocedure AS signature, p.proname FROM pg_proc p WHERE p.pronamespace = 'corbel_audit'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO %I', thing.signature, owner);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, %I', thing.signature, portal);
    IF thing.proname IN ('append', 'keep_checkpoint', 'entry_hash') THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', thing.signature, portal);
    END IF;
  END LOOP;
  EXECUTE format('ALTER SCHEMA corbel_audit OWNER TO %I', owner);
  EXECUTE format('REVOKE ALL ON SCHEMA corbel_audit FROM PUBLIC, %I', portal);
  EXECUTE format('GRANT USAGE ON SCHEMA corbel_audit TO %I', portal);
  IF pg_has_role(portal, owner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = portal) THEN
    EXECUTE format('REVOKE %I FROM %I', owner, portal);
  END IF;
END
$separate$;
