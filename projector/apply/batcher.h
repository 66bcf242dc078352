/*
 * Cuts what was fetched into batches and runs each as one transaction. A record that fails is found
 * by halving, tried alone, and given up.
 */
#ifndef PROJECTOR_APPLY_BATCHER_H
#define PROJECTOR_APPLY_BATCHER_H

#include "projector/apply/batch.h"

/* The longest rest before the next try: what is longer is an outage, or a process that stood. */
#define BATCHER_REST_MAX_US 300000

struct batcher {
    struct session *session; /* borrowed, as is the lease */
    const struct lease *lease;
    struct arena arena; /* of the batch in hand */
    struct slots slots;
    /* records of the next batch at most: halves at a fault, doubles after a commit */
    size_t take;
    struct suspect {
        char position[POSITION_TEXT]; /* of the record that failed alone */
        unsigned int attempts;        /* 0: there is none */
        uint64_t since_us;            /* its first try had failed; later by each idle time */
        uint64_t tried_us;            /* its last try had failed; likewise */
        bool final;                   /* its last try failed by its own data */
        bool given_up;                /* when that had failed: a letter is due */
        char fault[SESSION_ERROR];    /* what its last try said */
    } suspect;
    const char *step; /* where it failed last, for logs */
};

void batcher_init(struct batcher *batcher, struct session *session, const struct lease *lease);
void batcher_fini(struct batcher *batcher);

/*
 * One batch of the first of RECORDS. BATCH_OUT says what became of it, until the next run.
 *
 * OK: batch->committed, or try again at once (another size); BUSY: one record failed, rest before
 * its next try; FENCED: the lease is lost; UNAVAILABLE: a reason that passes: rest, then resume
 * from the checkpoint.
 */
MUST_CHECK enum status batcher_run(struct batcher *batcher, struct record *records, size_t count,
                                   struct batch *batch_out);

/* What follows from how a step of a batch ended. */
enum verdict {
    VERDICT_GO_ON,
    VERDICT_AGAIN,   /* a reason that passes: roll back, rest, resume from the checkpoint */
    VERDICT_SMALLER, /* a record's fault: roll back, try fewer; of one record: count it */
    VERDICT_FENCED,  /* the lease is lost */
};

/* A line of the table by which a batch is run. */
struct batch_step {
    const char *name; /* for kill points and logs */
    enum status (*run)(struct batch *batch);
    /* What SQL refuses here is the fault of one of the records; elsewhere it passes. */
    bool blames_record;
    /* FENCED means another plan's row, and the keeper decides; elsewhere the lease is lost. */
    bool fenced_passes;
};

#define BATCH_STEPS 11
extern const struct batch_step batch_steps[BATCH_STEPS]; /* in the order of the transaction */

/* Pure; tested by table. */
enum verdict batcher_judge(const struct batch_step *step, enum status status);

/*
 * The record at POSITION failed alone, as the session says. OK: it is to be given up; BUSY: rest
 * before its next try. NOW_US: of clock_us.
 */
MUST_CHECK enum status batcher_suspect(struct batcher *batcher, struct slice position,
                                       uint64_t now_us);

#endif
