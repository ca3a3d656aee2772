-- What Corbel itself says in a pull request: Markdown of its own making, beside the message that a person wrote.
ALTER TABLE "proposal" ADD COLUMN "report" TEXT;
