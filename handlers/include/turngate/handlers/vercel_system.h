// What Vercel tells a function: of the request it serves, and of the deployment it is a part of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <turngate/http/request.h>

namespace turngate::vercel {

// By which the platform knows a request; in what the function reports, too. Attached to the context
// by the Vercel door.
struct Invocation {
    std::string id;
    std::uint64_t request_id = 0;  // 0 if the platform's is not a number
};

// Null elsewhere than on Vercel. Valid for as long as the request.
const Invocation* invocation(const turngate::Request& request) noexcept;

// The token by which the function authenticates itself to others (OpenID Connect): the one that
// came with the request, else VERCEL_OIDC_TOKEN. A secret.
std::optional<std::string> oidc_token(const turngate::Request& request);

// Vercel's system environment variables, named as getEnv() of @vercel/functions names them: "url"
// is VERCEL_URL. One that is empty is absent.
struct SystemEnvironment {
    std::optional<std::string> vercel;  // "1"
    std::optional<std::string> ci;      // "1" while the deployment is built
    std::optional<std::string> env;     // "production", "preview" or "development"
    std::optional<std::string> target_env;
    std::optional<std::string> url;         // of the deployment, without "https://"
    std::optional<std::string> branch_url;  // likewise
    std::optional<std::string> project_production_url;
    std::optional<std::string> project_id;
    std::optional<std::string> region;  // "iad1"
    std::optional<std::string> deployment_id;
    std::optional<std::string> skew_protection_enabled;
    std::optional<std::string> automation_bypass_secret;
    std::optional<std::string> git_provider;
    std::optional<std::string> git_repo_slug;
    std::optional<std::string> git_repo_owner;
    std::optional<std::string> git_repo_id;
    std::optional<std::string> git_commit_ref;
    std::optional<std::string> git_commit_sha;
    std::optional<std::string> git_commit_message;
    std::optional<std::string> git_commit_author_login;
    std::optional<std::string> git_commit_author_name;
    std::optional<std::string> git_previous_sha;
    std::optional<std::string> git_pull_request_id;
};

// As the environment of this process has them now. Not while another thread changes it.
SystemEnvironment system_environment();

}  // namespace turngate::vercel
