/*
 * Loading: every folder in the models' folder, one after the other in the order of their names;
 * then what must be unique over all of them.
 */
#include "conf/build/load.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "conf/build/build.h"
#include "conf/plan/route.h"
#include "lib/base/memory.h"

#define MODELS_MAX 256

/* ------------------------------------------------------------------ folders */

static int compare_names(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;

    return slice_compare(*left, *right);
}

static bool is_folder(struct arena *arena, struct slice path)
{
    struct stat info;

    return stat(arena_cstr(arena, path), &info) == 0 && S_ISDIR(info.st_mode);
}

/* The sub-folders, sorted; those that begin with a dot are not models. */
static size_t list_folders(struct arena *arena, struct slice folder, struct diag *diag,
                           struct slice *out)
{
    DIR *directory = opendir(arena_cstr(arena, folder));
    const struct dirent *entry;
    size_t count = 0;

    if (!directory) {
        diag_add(diag, folder, 0, SLICE_EMPTY, SLICE_LITERAL("the setting 'models' names it"),
                 "cannot read the folder of the models");
        return 0;
    }
    while ((entry = readdir(directory)) != NULL) { // NOLINT(concurrency-mt-unsafe): our own stream
        struct slice path;

        path = arena_printf(arena, "%.*s/%s", SLICE_ARG(folder), entry->d_name);
        if (entry->d_name[0] == '.' || !is_folder(arena, path)) {
            continue;
        }
        if (count == MODELS_MAX) {
            diag_add(diag, folder, 0, SLICE_EMPTY, SLICE_EMPTY, "more than %d models", MODELS_MAX);
            break;
        }
        out[count++] = path;
    }
    closedir(directory);
    qsort(out, count, sizeof(*out), compare_names);
    if (count == 0) {
        diag_add(diag, folder, 0, SLICE_EMPTY, SLICE_EMPTY, "there is no model in this folder");
    }
    return count;
}

/* ------------------------------------------------------------------ what is unique */

static struct slice model_file(struct arena *arena, const struct plan_model *model)
{
    return arena_printf(arena, "%.*s/model.json", SLICE_ARG(model->folder));
}

struct named {
    struct slice name, file;
    const char *kind;
};

struct names {
    struct named *items;
    size_t count;
    struct diag *diag;
    const struct plan_model *model; /* at hand */
};

static void add_name(struct names *names, const char *kind, struct slice name, unsigned int line)
{
    for (size_t i = 0; i < names->count; i++) {
        if (slice_eq(names->items[i].name, name) && strcmp(names->items[i].kind, kind) == 0) {
            diag_add(names->diag, model_file(&names->diag->arena, names->model), line, SLICE_EMPTY,
                     SLICE_LITERAL("names are unique over all models"),
                     "the %s '%.*s' is also in %.*s", kind, SLICE_ARG(name),
                     SLICE_ARG(names->items[i].file));
            return;
        }
    }
    names->items[names->count++] = (struct named){name, names->model->folder, kind};
}

static void add_names(struct names *names, const struct plan_model *model)
{
    names->model = model;
    add_name(names, "model", model->name, model->line);
    add_name(names, "aggregate", model->aggregate.name, model->aggregate.line);
    add_name(names, "DynamoDB table", model->aggregate.table, model->aggregate.line);
    for (size_t i = 0; i < model->event_count; i++) {
        add_name(names, "event", model->events[i].name, model->events[i].line);
    }
    for (size_t i = 0; i < model->command_count; i++) {
        add_name(names, "command", model->commands[i].name, model->commands[i].line);
    }
    for (size_t i = 0; i < model->query_count; i++) {
        add_name(names, "query", model->queries[i].name, model->queries[i].line);
    }
}

static void check_names(struct plan *plan, struct diag *diag)
{
    struct names names = {.diag = diag};
    size_t room = 3 * plan->model_count;

    for (size_t i = 0; i < plan->model_count; i++) {
        room += plan->models[i].command_count + plan->models[i].query_count +
                plan->models[i].event_count;
    }
    names.items = ARENA_ARRAY(&plan->arena, struct named, room);
    for (size_t i = 0; i < plan->model_count; i++) {
        add_names(&names, &plan->models[i]);
    }
}

/* ------------------------------------------------------------------ routes */

static const struct plan_model *model_of(const struct plan_route *route)
{
    return route->query ? route->query->model : route->command->model;
}

static struct slice path_of(struct arena *arena, const struct plan_route *route)
{
    struct slice name = route->query ? route->query->name : route->command->name;

    return arena_printf(arena, "/%s/%.*s", route->query ? "queries" : "commands", SLICE_ARG(name));
}

static void add_route(struct plan *plan, struct diag *diag, const struct plan_route *route)
{
    if (!route) {
        return;
    }
    for (size_t i = 0; i < plan->route_count; i++) {
        if (route_same(plan->routes[i], route)) {
            diag_add(diag, model_file(&diag->arena, model_of(route)), route->line,
                     path_of(&diag->arena, route),
                     SLICE_LITERAL("parameters' names do not tell routes apart"),
                     "the route '%.*s' is the same as '%.*s' of %.*s", SLICE_ARG(route->text),
                     SLICE_ARG(plan->routes[i]->text),
                     SLICE_ARG(model_of(plan->routes[i])->folder));
        }
    }
    plan->routes[plan->route_count++] = route;
}

static struct plan_route *numbered(struct plan *plan, const struct plan_route *route)
{
    struct plan_route *copy;

    if (!route) {
        return NULL;
    }
    copy = ARENA_NEW(&plan->arena, struct plan_route);
    *copy = *route;
    copy->index = (unsigned int)plan->route_count;
    return copy;
}

static void number_model(struct plan *plan, struct diag *diag, struct plan_model *model)
{
    for (size_t i = 0; i < model->query_count; i++) {
        model->queries[i].index = plan->query_count++;
        model->queries[i].route = numbered(plan, model->queries[i].route);
        add_route(plan, diag, model->queries[i].route);
    }
    for (size_t i = 0; i < model->command_count; i++) {
        model->commands[i].index = plan->command_count++;
        model->commands[i].route = numbered(plan, model->commands[i].route);
        add_route(plan, diag, model->commands[i].route);
    }
}

static void number(struct plan *plan, struct diag *diag)
{
    size_t room = 0;

    for (size_t i = 0; i < plan->model_count; i++) {
        room += plan->models[i].command_count + plan->models[i].query_count;
    }
    plan->routes = ARENA_ARRAY(&plan->arena, const struct plan_route *, room);
    for (size_t i = 0; i < plan->model_count; i++) {
        plan->models[i].index = (unsigned int)i;
        number_model(plan, diag, &plan->models[i]);
    }
}

/* ------------------------------------------------------------------ the whole */

struct plan *plan_load(struct slice folder, struct diag *diag)
{
    struct plan *plan = XNEW(struct plan);
    unsigned int complaints = diag->count;
    struct slice *folders;
    size_t count;

    plan->references = 1;
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/') {
        folder.len--;
    }
    folders = ARENA_ARRAY(&plan->arena, struct slice, MODELS_MAX);
    count = list_folders(&plan->arena, folder, diag, folders);
    plan->models = ARENA_ARRAY(&plan->arena, struct plan_model, count);
    for (size_t i = 0; i < count; i++) {
        if (build_model(&plan->arena, folders[i], diag, &plan->models[plan->model_count])) {
            plan->model_count++;
        }
    }
    check_names(plan, diag);
    number(plan, diag);
    if (diag->count != complaints) {
        plan_put(plan);
        return NULL;
    }
    return plan;
}
