"""Pages that join the facts of several rooms: `public` for everybody, `person` for one."""
