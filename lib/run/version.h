/*
 * Which edition this program is: `git describe` when it was built. A file of its own, so that
 * another edition makes one object anew (Makefile).
 */
#ifndef LIB_RUN_VERSION_H
#define LIB_RUN_VERSION_H

/* "v1.2-3-gabcdef0-dirty", or "unknown". Static. */
const char *version_text(void);

#endif
