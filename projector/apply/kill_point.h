/*
 * TWOFOLD_KILL_AT=after_rows: the process dies by SIGKILL right after that step of a batch or of
 * the keeper; TWOFOLD_STOP_AT=after_rows: it stops there by SIGSTOP, once. For tests of what a
 * crash or a long sleep leaves behind (projector/README.md "Kill points"). Nothing is compared when
 * neither variable is set.
 */
#ifndef PROJECTOR_APPLY_KILL_POINT_H
#define PROJECTOR_APPLY_KILL_POINT_H

/* Once, before there are threads. */
void kill_point_init(void);

/* STEP without "after_". */
void kill_point(const char *step);

#endif
