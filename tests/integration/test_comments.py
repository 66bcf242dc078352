"""What must hold for comments, end to end."""

import pytest

from support.client import Client, body, is_problem, token
from support.fold import COMMENTS, comment, events_of


@pytest.fixture
def client(stack):
    return Client(stack, COMMENTS)


@pytest.fixture
def picture():
    return COMMENTS.new_id("picture")


def create(client, picture, text="Nice", author="ann"):
    answer = client.send("POST", f"/pictures/{picture}/comments", {"author": author, "text": text})
    assert answer.status_code == 201, answer.text
    return body(answer)["aggregateId"], answer


def change(client, comment_id, text):
    return client.send("PUT", f"/comments/{comment_id}", {"text": text})


def delete(client, comment_id):
    return client.request("DELETE", f"/comments/{comment_id}")


def listed(client, picture, headers=None):
    return client.listed(f"/pictures/{picture}/comments", headers)


def test_a_comment_is_read_as_the_events_say(client, stack, picture):
    comment_id, answer = create(client, picture)
    assert answer.headers["Location"] == f"/comments/{comment_id}"
    events = events_of(stack, COMMENTS, comment_id)
    assert events[0]["payload"] == {"pictureId": picture, "author": "ann", "text": "Nice"}
    seen = body(client.get(f"/comments/{comment_id}", token(answer)))
    assert seen == {"commentId": comment_id, **comment(events)}
    assert seen["createdAt"] == seen["updatedAt"] and seen["version"] == 1


def test_a_changed_comment_shows_in_its_pictures_list_at_once(client, stack, picture):
    comment_id, made = create(client, picture, "first")
    assert listed(client, picture, token(made)) == [comment_id]
    changed = change(client, comment_id, "second")
    assert changed.status_code == 200, changed.text
    items = body(client.get(f"/pictures/{picture}/comments", token(changed)))["items"]
    events = events_of(stack, COMMENTS, comment_id)
    assert items == [{"commentId": comment_id, **comment(events)}]
    assert items[0]["text"] == "second" and items[0]["updatedAt"] >= items[0]["createdAt"]


def test_the_same_text_changes_nothing(client, stack, picture):
    comment_id, _ = create(client, picture, "same")
    assert body(change(client, comment_id, "same")) == {"aggregateId": comment_id, "version": 1,
                                                        "events": []}
    assert len(events_of(stack, COMMENTS, comment_id)) == 1


def test_a_deleted_comment_is_gone_at_once_and_keeps_its_history(client, stack, picture):
    comment_id, _ = create(client, picture)
    other, made = create(client, picture)
    assert listed(client, picture, token(made)) == [comment_id, other]

    gone = delete(client, comment_id)
    assert gone.status_code == 200, gone.text
    assert body(gone)["version"] == 2
    assert listed(client, picture, token(gone)) == [other]
    is_problem(client.get(f"/comments/{comment_id}"), 404, "not-found")
    is_problem(change(client, comment_id, "again"), 404)
    is_problem(delete(client, comment_id), 404)
    types = [event["eventType"] for event in events_of(stack, COMMENTS, comment_id)]
    assert types == ["CommentCreated", "CommentDeleted"]


def test_comments_come_oldest_first_in_pages(client, stack, picture):
    made = [create(client, picture, f"number {i}") for i in range(7)]
    headers = {"Consistency-Token": ", ".join(answer.headers["Consistency-Token"]
                                              for _, answer in made)}
    wanted = [comment_id for comment_id, _ in made]  # one gateway never issues a time twice
    assert listed(client, picture, headers) == wanted
    assert client.listed(f"/pictures/{picture}/comments?limit=2") == wanted
    first = body(client.get(f"/pictures/{picture}/comments?limit=3"))
    second = body(client.get(first["next"]))
    assert "prev" not in first and body(client.get(second["prev"]))["items"] == first["items"]
    times = [events_of(stack, COMMENTS, comment_id)[0]["timestamp"] for comment_id, _ in made]
    assert times == sorted(set(times))


def test_pictures_do_not_touch_each_other(client, picture):
    other = COMMENTS.new_id("picture")
    _, made = create(client, picture)
    listed(client, picture, token(made))
    client.until_hit(f"/pictures/{picture}/comments")
    _, made = create(client, other)
    assert len(listed(client, other, token(made))) == 1
    client.until_hit(f"/pictures/{picture}/comments")
    assert len(listed(client, picture)) == 1


def test_the_picture_of_the_path_and_of_the_body_must_agree(client, picture):
    said = {"pictureId": picture, "author": "ann", "text": "Nice"}
    assert client.send("POST", f"/pictures/{picture}/comments", said).status_code == 201
    refused = is_problem(client.send("POST", f"/pictures/{picture}x/comments", said), 422, "schema")
    assert refused["errors"] == [{"pointer": "/pictureId", "detail": "differs from the path's"}]


@pytest.mark.parametrize("given", [{"author": "ann"}, {"author": "ann", "text": ""},
                                   {"author": "ann", "text": "x" * 4001},
                                   {"author": "ann", "text": "x", "more": 1},
                                   {"author": None, "text": "x"}, []])
def test_what_the_schema_forbids_is_422(client, picture, given):
    assert is_problem(client.send("POST", f"/pictures/{picture}/comments", given), 422,
                      "schema")["errors"]


@pytest.mark.parametrize("path",
                         ["/pictures/a%20b/comments", "/pictures/%20/comments", "/comments/a%20"])
def test_a_path_that_is_no_id_is_400(client, path):
    is_problem(client.get(path), 400)


def test_who_writes_events_beside_the_gateway_is_projected_too(client, stack, picture):
    """Other software appends events of its own; its deletion names no picture, and the list shows
    it all the same.
    """
    comment_id, made = create(client, picture)
    assert listed(client, picture, token(made)) == [comment_id]
    stack.dynamodb.call("PutItem", TableName=COMMENTS.table, Item={
        "PK": {"S": f"COMMENT#{comment_id}"}, "SK": {"S": f"EVENT#{2:020d}"}, "version": {"N": "2"},
        "eventId": {"S": COMMENTS.new_id()}, "eventType": {"S": "CommentDeleted"},
        "payload": {"M": {}},
        "timestamp": {"N": str(events_of(stack, COMMENTS, comment_id)[0]["timestamp"] + 1)}})
    assert listed(client, picture, {"Consistency-Token": f"Comment:{comment_id}@2"}) == []
    is_problem(change(client, comment_id, "too late"), 404)
