// JSON Schemas that stand as they are.
#include "cli/schemas.h"

namespace turngate::cli {

// What decode() knows each shape by, and what it cannot do without.
const std::string_view event_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "An event that carries an HTTP request",
  "definitions": {
    "word": {"type": "string"},
    "words": {"type": "array", "items": {"type": "string"}},
    "map": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
    "lists": {"type": ["object", "null"], "additionalProperties": {"type": ["array", "string", "null"]}},
    "body": {"type": ["string", "null"]},
    "flag": {"type": ["boolean", "null"]}
  },
  "anyOf": [
    {
      "title": "apigw-v1, apigw-http1",
      "type": "object",
      "required": ["httpMethod"],
      "anyOf": [{"required": ["requestContext"]}, {"required": ["path"]}],
      "not": {"properties": {"requestContext": {"type": "object", "required": ["elb"]}}, "required": ["requestContext"]},
      "properties": {
        "httpMethod": {"$ref": "#/definitions/word"},
        "path": {"$ref": "#/definitions/word"},
        "headers": {"$ref": "#/definitions/map"},
        "multiValueHeaders": {"$ref": "#/definitions/lists"},
        "queryStringParameters": {"$ref": "#/definitions/map"},
        "multiValueQueryStringParameters": {"$ref": "#/definitions/lists"},
        "body": {"$ref": "#/definitions/body"},
        "isBase64Encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "apigw-v2, function-url",
      "type": "object",
      "required": ["requestContext"],
      "properties": {
        "requestContext": {"type": "object", "required": ["http"],
          "properties": {"http": {"type": "object", "properties": {"method": {"$ref": "#/definitions/word"}}}}},
        "rawPath": {"$ref": "#/definitions/word"},
        "rawQueryString": {"$ref": "#/definitions/word"},
        "headers": {"$ref": "#/definitions/map"},
        "cookies": {"$ref": "#/definitions/words"},
        "body": {"$ref": "#/definitions/body"},
        "isBase64Encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "alb, alb-multi",
      "type": "object",
      "required": ["requestContext", "httpMethod", "path"],
      "properties": {
        "requestContext": {"type": "object", "required": ["elb"], "properties": {"elb": {"type": "object"}}},
        "httpMethod": {"$ref": "#/definitions/word"},
        "path": {"$ref": "#/definitions/word"},
        "headers": {"$ref": "#/definitions/map"},
        "multiValueHeaders": {"$ref": "#/definitions/lists"},
        "body": {"$ref": "#/definitions/body"},
        "isBase64Encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "lattice-v1",
      "type": "object",
      "required": ["raw_path", "method"],
      "properties": {
        "raw_path": {"$ref": "#/definitions/word"},
        "method": {"$ref": "#/definitions/word"},
        "headers": {"$ref": "#/definitions/map"},
        "body": {"$ref": "#/definitions/body"},
        "is_base64_encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "lattice-v2",
      "type": "object",
      "required": ["requestContext", "path", "method"],
      "properties": {
        "requestContext": {"type": "object",
          "anyOf": [{"required": ["serviceArn"]}, {"required": ["serviceNetworkArn"]}]},
        "path": {"$ref": "#/definitions/word"},
        "method": {"$ref": "#/definitions/word"},
        "headers": {"$ref": "#/definitions/lists"},
        "body": {"$ref": "#/definitions/body"},
        "isBase64Encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "websocket",
      "type": "object",
      "required": ["requestContext"],
      "properties": {
        "requestContext": {"type": "object", "required": ["connectionId", "eventType"]},
        "body": {"$ref": "#/definitions/body"},
        "isBase64Encoded": {"$ref": "#/definitions/flag"}
      }
    },
    {
      "title": "edge",
      "type": "object",
      "required": ["Records"],
      "properties": {
        "Records": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["cf"],
          "properties": {"cf": {"type": "object", "required": ["request"],
            "properties": {"request": {"type": "object", "required": ["uri", "method"]}}}}}}
      }
    },
    {
      "title": "vercel",
      "type": "object",
      "required": ["Action", "body"],
      "properties": {"Action": {"enum": ["Invoke"]}, "body": {"$ref": "#/definitions/word"}}
    },
    {
      "title": "http",
      "type": "object",
      "required": ["method", "path"],
      "properties": {
        "method": {"type": ["string", "null"]},
        "path": {"type": ["string", "null"]},
        "query": {"type": ["string", "object", "null"]},
        "headers": {"type": ["object", "array", "null"]}
      }
    }
  ]
}
)";

// GoldenParser reads it.
const std::string_view reply_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "An expected reply: NAME.reply.json",
  "anyOf": [
    {
      "type": "object",
      "anyOf": [{"required": ["status"]}, {"required": ["headers"]}, {"required": ["body"]}],
      "additionalProperties": false,
      "properties": {
        "$schema": {"type": "string"},
        "status": {"type": "integer", "minimum": 100, "maximum": 999},
        "headers": {
          "description": "all of the reply's, but for those that are ignored",
          "anyOf": [
            {"type": "null"},
            {"type": "array", "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}},
            {"type": "object", "additionalProperties":
              {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}}
          ]
        },
        "body": {
          "anyOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": false, "required": ["json"], "properties": {"json": {}}},
            {"type": "object", "additionalProperties": false, "required": ["text"],
              "properties": {"text": {"type": "string"}}},
            {"type": "object", "additionalProperties": false, "required": ["base64"],
              "properties": {"base64": {"type": "string"}}},
            {"type": "object", "additionalProperties": false, "required": ["file"],
              "properties": {"file": {"type": "string", "description": "beside this file, or below"}}},
            {"type": "object", "additionalProperties": false, "required": ["sha256"],
              "properties": {"sha256": {"type": "string"}, "size": {"type": "integer", "minimum": 0}}}
          ]
        },
        "encoding": {"enum": ["text", "base64"], "description": "of a body that is a string"},
        "ignore": {"type": "array", "items": {"type": "string", "pattern": "^/"},
          "description": "JSON pointers into the reply that are not compared"},
        "tags": {"type": "array", "items": {"type": "string"}}
      }
    },
    {
      "title": "as a function returns it to its platform",
      "type": "object",
      "required": ["statusCode"],
      "properties": {"statusCode": {"type": ["integer", "string"]}}
    },
    {
      "title": "as a function returns it to CloudFront",
      "type": "object",
      "required": ["status"],
      "properties": {"status": {"type": "string", "pattern": "^[0-9][0-9][0-9]$"}}
    }
  ]
}
)";

// Reports may say more than this.
const std::string_view result_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "What replay --format json prints, and each line of --format ndjson",
  "definitions": {
    "event": {
      "type": "object",
      "required": ["name", "verdict"],
      "properties": {
        "type": {"enum": ["event"]},
        "name": {"type": "string"},
        "verdict": {"enum": ["passed", "failed", "new", "updated", "unreadable", "skipped"]},
        "shape": {"type": "string"},
        "method": {"type": "string"},
        "target": {"type": "string"},
        "status": {"type": "integer"},
        "ms": {"type": "number", "minimum": 0},
        "problem": {"type": "string"},
        "hint": {"type": "string"},
        "wrote": {"type": "boolean"},
        "differences": {"type": "array", "items": {
          "type": "object",
          "required": ["part"],
          "properties": {
            "part": {"enum": ["status", "header", "json", "text", "bytes"]},
            "where": {"type": "string"},
            "expected": {"type": "string"},
            "actual": {"type": "string"}
          }
        }},
        "parity": {"type": "object",
          "additionalProperties": {"enum": ["same", "different", "lossy", "impossible"]}},
        "parity_why": {"type": "object", "additionalProperties": {"type": "string"}},
        "repairs": {"type": "array", "items": {"type": "string"}},
        "notes": {"type": "array", "items": {"type": "string"}}
      }
    },
    "summary": {
      "type": "object",
      "required": ["events", "passed", "failed", "unreadable", "new", "updated", "skipped", "exit_status"],
      "properties": {
        "type": {"enum": ["summary"]},
        "events": {"type": "integer", "minimum": 0},
        "passed": {"type": "integer", "minimum": 0},
        "failed": {"type": "integer", "minimum": 0},
        "unreadable": {"type": "integer", "minimum": 0},
        "new": {"type": "integer", "minimum": 0},
        "updated": {"type": "integer", "minimum": 0},
        "skipped": {"type": "integer", "minimum": 0},
        "seconds": {"type": "number", "minimum": 0},
        "p50_ms": {"type": "number", "minimum": 0},
        "p99_ms": {"type": "number", "minimum": 0},
        "max_ms": {"type": "number", "minimum": 0},
        "gave_up": {"type": "boolean"},
        "signal": {"type": "integer"},
        "problem": {"type": "string"},
        "exit_status": {"type": "integer"}
      }
    }
  },
  "anyOf": [
    {
      "type": "object",
      "required": ["events", "summary"],
      "properties": {
        "events": {"type": "array", "items": {"$ref": "#/definitions/event"}},
        "summary": {"$ref": "#/definitions/summary"}
      }
    },
    {"allOf": [{"$ref": "#/definitions/event"}, {"required": ["type"]}]},
    {"allOf": [{"$ref": "#/definitions/summary"}, {"required": ["type"]}]}
  ]
}
)";

}  // namespace turngate::cli
