/*
 * The widgets of widget.h.
 */
#include "tests/servers/command/widget.h"

struct widgets widgets;

int widget_bench_open(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return bench_open(
        &widgets.plan,
        "{\"TableName\":\"Widgets\",\"BillingMode\":\"PAY_PER_REQUEST\","
        "\"AttributeDefinitions\":[{\"AttributeName\":\"WidgetId\",\"AttributeType\":\"N\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"WidgetId\",\"KeyType\":\"HASH\"}]}");
}

int widget_bench_close(void **state)
{
    (void)state;
    bench_close();
    widgets_fini(&widgets);
    return 0;
}

enum status widget_run(struct trial *trial, enum widget_command which, const char *payload)
{
    trial->input.path_id = value_i64(&trial->arena, (int64_t)trial->id);
    return trial_run(trial, &widgets.commands[which], payload);
}

const struct value *widget_item(struct trial *trial)
{
    struct dynamodb_answer answer;
    struct slice body = arena_printf(&trial->arena,
                                     "{\"TableName\":\"Widgets\",\"ConsistentRead\":true,"
                                     "\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}}}",
                                     (unsigned long long)trial->id);

    assert_int_equal(
        other_writer(DYNAMODB_GET_ITEM, arena_cstr(&trial->arena, body), &trial->arena, &answer),
        STATUS_OK);
    return value_get(answer.body, slice_str("Item"));
}

uint64_t widget_version(struct trial *trial)
{
    uint64_t version = 0;

    (void)!slice_parse_u64(field(widget_item(trial), "_version", "N"), &version);
    return version;
}

const char *widget_foreign_put(struct trial *trial, unsigned int stock)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(&trial->arena,
                     "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":\"%llu\"},"
                     "\"Stock\":{\"N\":\"%u\"},\"Gone\":{\"N\":\"0\"}}}",
                     (unsigned long long)trial->id, stock));
}

const char *widget_foreign_stock(struct trial *trial, unsigned int stock)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(&trial->arena,
                     "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}},"
                     "\"UpdateExpression\":\"SET Stock = :s\","
                     "\"ExpressionAttributeValues\":{\":s\":{\"N\":\"%u\"}}}",
                     (unsigned long long)trial->id, stock));
}

const char *widget_foreign_command(struct trial *trial)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(
            &trial->arena,
            "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}},"
            "\"UpdateExpression\":\"SET #v = #v + :one, #w = :w\","
            "\"ExpressionAttributeNames\":{\"#v\":\"_version\",\"#w\":\"_write\"},"
            "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"},\":w\":{\"B\":\"AAAA\"}}}",
            (unsigned long long)trial->id));
}

void widget_stocked(struct trial *trial, unsigned int stock)
{
    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    other_does(trial, DYNAMODB_UPDATE_ITEM, widget_foreign_stock(trial, stock));
}
