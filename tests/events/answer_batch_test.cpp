// Batches of records, one request each.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/events/answer.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::events;

namespace {

// Fails what has "bad" in its body, and keeps what it saw.
struct Worker {
    std::vector<std::string> seen;
    std::string fields;
    HandlerPtr handler = to_handler([this](Request& request) {
        seen.push_back(request.url.path + " " + request.body.text());
        for (const auto& [name, value] : request.headers)
            fields.append(name).append(": ").append(value).append("\n");
        const bool is_bad = request.body.text().find("bad") != std::string::npos;
        return text("done", is_bad ? 500 : 204);
    });

    std::string answer(const std::string& json) {
        AnswerOptions options;
        options.split_batches = true;
        options.decode.routes = {{"aws:sqs", "/queue"}};
        return events::answer(*handler, json, options);
    }
};

std::string message(const std::string& id, const std::string& body, const std::string& arn = "q") {
    return R"({"messageId":")" + id + R"(","body":")" + body +
           R"(","eventSource":"aws:sqs","eventSourceARN":")" + arn + R"("})";
}

std::string records(const std::string& list) {
    return R"({"Records":[)" + list + "]}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batches)

BOOST_AUTO_TEST_CASE(failed_messages_are_named) {
    Worker worker;
    const std::string reply = worker.answer(
        records(message("m1", "good") + "," + message("m2", "bad") + "," + message("m3", "bad 2")));
    BOOST_TEST(reply ==
               R"({"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]})");
    BOOST_TEST(worker.seen.size() == 3);
    BOOST_TEST(worker.seen[0] == "/queue good");
}

BOOST_AUTO_TEST_CASE(nothing_failed_is_an_empty_list) {
    BOOST_TEST(Worker().answer(records(message("m1", "good"))) == R"({"batchItemFailures":[]})");
}

BOOST_AUTO_TEST_CASE(what_a_message_says_is_json_whatever_its_numbers_and_names) {
    Worker worker;
    worker.answer(records(message("m1", R"({\"a\":1e9999,\"a\":2})") + "," + message("m2", "{")));
    BOOST_TEST(worker.fields.find("Content-Type: application/json") != std::string::npos);
    BOOST_TEST(worker.fields.find("Content-Type: text/plain") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_that_stands_twice_fails_no_batch) {
    const std::string twice =
        R"({"messageId":"m1","body":"good","eventSource":"aws:sqs","x":1,"x":2})";
    BOOST_TEST(Worker().answer(records(twice)) == R"({"batchItemFailures":[]})");
}

BOOST_AUTO_TEST_CASE(without_the_option_the_batch_is_one_request) {
    Worker worker;
    const std::string event = records(message("m1", "good") + "," + message("m2", "good"));
    BOOST_TEST(answer(*worker.handler, event) == "null");
    BOOST_TEST(worker.seen.at(0) == "/events " + event);
}

BOOST_AUTO_TEST_CASE(behind_a_failure_a_fifo_queue_waits) {
    Worker worker;
    BOOST_TEST(worker.answer(records(message("m1", "bad", "q.fifo") + "," +
                                     message("m2", "good", "q.fifo"))) ==
               R"({"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"}]})");
    BOOST_TEST(worker.seen.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_message_has_its_attributes_in_the_header) {
    Worker worker;
    worker.answer(records(
        R"({"messageId":"m1","body":"{\"a\":1}","eventSource":"aws:sqs","eventSourceARN":"arn:q",)"
        R"("messageAttributes":{"Color":{"stringValue":"red","dataType":"String"},)"
        R"("bad name":{"stringValue":"x"},"Split":{"stringValue":"a\r\nb"},)"
        R"("Blob":{"binaryValue":"AA==","dataType":"Binary"}}})"));
    BOOST_TEST(worker.fields ==
               "X-Amzn-Event-Source: aws:sqs\n"
               "X-Amzn-Event-Source-Arn: arn:q\n"
               "X-Amzn-Message-Attribute-Color: red\n"
               "X-Amzn-Item-Identifier: m1\n"
               "Content-Type: application/json\n"
               "Content-Length: 7\n");
}

BOOST_AUTO_TEST_CASE(data_of_a_stream_is_decoded) {
    Worker worker;
    BOOST_TEST(
        worker.answer(records(R"({"eventSource":"aws:kinesis","kinesis":{"sequenceNumber":"s1",)"
                              R"("partitionKey":"p","data":"YmFkIQ=="}})")) ==
        R"({"batchItemFailures":[{"itemIdentifier":"s1"}]})");
    BOOST_TEST(worker.seen.at(0) == "/events bad!");
    BOOST_TEST(worker.fields.find("X-Amzn-Partition-Key: p\n") != std::string::npos);
    BOOST_TEST(worker.fields.find("Content-Type: application/octet-stream\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_change_of_a_table_is_the_whole_record) {
    Worker worker;
    const std::string record =
        R"({"eventSource":"aws:dynamodb","eventName":"INSERT","dynamodb":{"SequenceNumber":"7"}})";
    BOOST_TEST(worker.answer(records(record)) == R"({"batchItemFailures":[]})");
    BOOST_TEST(worker.seen.at(0) == "/events " + record);
    BOOST_TEST(worker.fields.find("X-Amzn-Event-Name: INSERT\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_record_that_cannot_be_named_is_refused_before_any_is_served) {
    const char* bad[] = {
        R"({"eventSource":"aws:sqs","body":"x"})",
        R"({"eventSource":"aws:sqs","messageId":"","body":"x"})",
        R"({"eventSource":"aws:sqs","messageId":"a\nb","body":"x"})",
        R"({"eventSource":"aws:sqs","messageId":"m","body":5})",
        R"({"eventSource":"aws:kinesis","kinesis":{"sequenceNumber":"s","data":"?"}})",
        R"({"eventSource":"aws:dynamodb"})",
        R"({"eventSource":"aws:s3"})",
        "5",
    };
    for (const char* record : bad) {
        Worker worker;
        BOOST_CHECK_EXCEPTION(
            worker.answer(records(message("m0", "good") + "," + record)), JsonError,
            [](const JsonError& e) { return std::string(e.what()).find("Records[1].") == 0; });
        BOOST_TEST(worker.seen.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
