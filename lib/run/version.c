#include "lib/run/version.h"

const char *version_text(void)
{
    return TWOFOLD_VERSION;
}
