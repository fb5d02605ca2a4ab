"""make_events.py COUNT FILE: COUNT API Gateway v2 events of about 1 KB, one a line, in FILE, and
the replies bench/handler.cpp gives in FILE's .replies.ndjson."""

import json
import sys

count, path = int(sys.argv[1]), sys.argv[2]
headers = {
    "accept": "application/json", "accept-encoding": "gzip, br", "content-type": "application/json",
    "host": "shop.example.com", "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0",
    "x-amzn-trace-id": "Root=1-691f0c3e-5d1f6a2b7c8d9e0f1a2b3c4d", "x-forwarded-for": "198.51.100.23",
    "x-forwarded-port": "443", "x-forwarded-proto": "https"}
with open(path, "w") as events, open(path.removesuffix(".ndjson") + ".replies.ndjson", "w") as replies:
    for i in range(count):
        body = json.dumps({"sku": f"A-{i % 97}", "count": i % 9 + 1})
        events.write(json.dumps({
            "version": "2.0", "routeKey": "$default", "rawPath": f"/orders/o-{i}",
            "rawQueryString": f"page={i % 50}", "cookies": ["session=6f1c2d9ab", "theme=dark"],
            "headers": headers, "queryStringParameters": {"page": str(i % 50)},
            "requestContext": {
                "accountId": "123456789012", "apiId": "7ab3cd9x2k", "domainName": "shop.example.com",
                "http": {"method": "POST", "path": f"/orders/o-{i}", "protocol": "HTTP/1.1",
                         "sourceIp": "198.51.100.23", "userAgent": "Mozilla/5.0"},
                "requestId": f"r-{i}", "routeKey": "$default", "stage": "$default",
                "time": "20/Nov/2026:13:14:06 +0000", "timeEpoch": 1795180446123},
            "body": body, "isBase64Encoded": False}, separators=(",", ":")) + "\n")
        replies.write(json.dumps({
            "status": 200, "headers": [["content-type", "application/json"]],
            "body": {"json": {"path": f"/orders/o-{i}", "size": len(body)}}}, separators=(",", ":")) + "\n")
