// What else is in folders of events: told by members that stand together nowhere else.
#pragma once

#include <string_view>

#include <turngate/events/decode.h>

namespace turngate::events {

struct Kinship {
    std::string_view members[3];  // all of them must be there; empty ones need not
    std::string_view what;
    Classification::Kind kind = Classification::Kind::event;
};

// The first row that matches counts, so the one with more members comes first.
inline constexpr Kinship kinships[] = {
    // Replies.
    {{"batchItemFailures"}, "batch reply", Classification::Kind::reply},
    {{"principalId", "policyDocument"}, "authorizer reply", Classification::Kind::reply},
    {{"isAuthorized", "resolverContext"}, "appsync authorizer reply", Classification::Kind::reply},
    {{"isAuthorized"}, "authorizer reply", Classification::Kind::reply},
    {{"isAuthenticated", "policyDocuments"}, "iot authorizer reply", Classification::Kind::reply},
    {{"allowProvisioning"}, "iot provisioning hook reply", Classification::Kind::reply},
    {{"invocationSchemaVersion", "results"},
     "s3 batch operations reply",
     Classification::Kind::reply},
    {{"dialogAction"}, "lex reply", Classification::Kind::reply},

    // Authorizers.
    {{"token", "protocolData", "connectionMetadata"},
     "iot authorizer request",
     Classification::Kind::authorizer},
    {{"authorizationToken", "requestContext"},
     "appsync authorizer request",
     Classification::Kind::authorizer},

    // Amazon's services.
    {{"xAmzRequestId", "userRequest"}, "s3 object lambda event"},
    {{"invocationSchemaVersion", "tasks"}, "s3 batch operations event"},
    {{"awslogs"}, "cloudwatch logs event"},
    {{"alarmArn", "alarmData"}, "cloudwatch alarm event"},
    {{"eventVersion", "userIdentity", "eventName"}, "cloudtrail record"},
    {{"triggerSource", "userPoolId"}, "cognito user pool event"},
    {{"datasetName", "identityPoolId"}, "cognito sync event"},
    {{"RequestType", "LogicalResourceId", "StackId"}, "cloudformation custom resource event"},
    {{"Status", "PhysicalResourceId", "LogicalResourceId"},
     "cloudformation custom resource reply",
     Classification::Kind::reply},
    {{"PhysicalResourceId", "Data"},
     "cloudformation custom resource provider reply",
     Classification::Kind::reply},
    {{"CodePipeline.job"}, "codepipeline job event"},
    {{"DeploymentId", "LifecycleEventHookExecutionId"}, "codedeploy hook event"},
    {{"configRuleName", "invokingEvent"}, "config rule event"},
    {{"Name", "Details"}, "connect contact flow event"},
    {{"connection-id", "endpoint-id"}, "client vpn connection event"},
    {{"Step", "SecretId"}, "secrets manager rotation event"},
    {{"arguments", "info"}, "appsync resolver event"},
    {{"version", "operation", "payload"}, "appsync event"},
    {{"sub", "issuer", "claims"}, "appsync identity"},
    {{"cognitoIdentityPoolId", "cognitoIdentityAuthType"}, "appsync identity"},
    {{"messageVersion", "agent", "actionGroup"}, "bedrock agent event"},
    {{"currentIntent", "bot"}, "lex event"},
    {{"interpretations", "sessionState"}, "lex v2 event"},
    {{"session", "request", "version"}, "alexa skill event"},
    {{"directive"}, "alexa smart home event"},
    {{"header", "payload"}, "alexa smart home event"},
    {{"serialNumber", "clickType"}, "iot button event"},
    {{"deviceEvent", "placementInfo"}, "iot 1-click event"},
    {{"claimCertificateId", "templateArn"}, "iot provisioning hook event"},
    {{"invocationId", "applicationArn", "records"}, "kinesis analytics event"},
    {{"invocationId", "region", "records"}, "firehose event"},
    {{"labelingJobArn", "dataObject"}, "sagemaker labeling event"},
    {{"labelingJobArn", "payload"}, "sagemaker labeling event"},
    {{"summaryVersion", "flowDirection"}, "workmail event"},
    {{"Error", "Cause"}, "step functions error"},
    {{"jobName", "jobQueue", "jobDefinition"}, "batch job request"},
    {{"jobId"}, "batch job request"},
    {{"Messages"}, "sqs messages"},
    {{"messageId", "receiptHandle"}, "sqs record"},
    {{"dynamodb", "eventName"}, "dynamodb record"},
    {{"kinesis", "eventID"}, "kinesis record"},

    // Other platforms.
    {{"env", "payload", "timeout"}, "appwrite request"},
    {{"handler", "event", "env"}, "impuls request"},
};

}  // namespace turngate::events
