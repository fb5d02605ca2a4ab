"""An external extension for AWS Lambda, written by the Extensions API alone: says what it hears."""
import http.client
import json
import os
import sys

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("POST", "/2020-01-01/extension/register", '{"events":["INVOKE","SHUTDOWN"]}', {"Lambda-Extension-Name": "watcher"})
reply = api.getresponse()
identifier = reply.headers["Lambda-Extension-Identifier"]
reply.read()
while True:
    api.request("GET", "/2020-01-01/extension/event/next", headers={"Lambda-Extension-Identifier": identifier})
    event = json.loads(api.getresponse().read())
    print("watcher:", event["eventType"], event.get("shutdownReason", event.get("requestId")), flush=True)
    if event["eventType"] == "SHUTDOWN":
        sys.exit(0)
