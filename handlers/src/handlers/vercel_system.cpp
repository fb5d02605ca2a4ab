// Variables of Vercel, one row each.
#include <cstdlib>
#include <string_view>

#include <turngate/handlers/vercel_system.h>

namespace turngate::vercel {
namespace {

struct Variable {
    const char* name;
    std::optional<std::string> SystemEnvironment::*member;
};

using Environment = SystemEnvironment;

constexpr Variable variables[] = {
    {"VERCEL", &Environment::vercel},
    {"CI", &Environment::ci},
    {"VERCEL_ENV", &Environment::env},
    {"VERCEL_TARGET_ENV", &Environment::target_env},
    {"VERCEL_URL", &Environment::url},
    {"VERCEL_BRANCH_URL", &Environment::branch_url},
    {"VERCEL_PROJECT_PRODUCTION_URL", &Environment::project_production_url},
    {"VERCEL_PROJECT_ID", &Environment::project_id},
    {"VERCEL_REGION", &Environment::region},
    {"VERCEL_DEPLOYMENT_ID", &Environment::deployment_id},
    {"VERCEL_SKEW_PROTECTION_ENABLED", &Environment::skew_protection_enabled},
    {"VERCEL_AUTOMATION_BYPASS_SECRET", &Environment::automation_bypass_secret},
    {"VERCEL_GIT_PROVIDER", &Environment::git_provider},
    {"VERCEL_GIT_REPO_SLUG", &Environment::git_repo_slug},
    {"VERCEL_GIT_REPO_OWNER", &Environment::git_repo_owner},
    {"VERCEL_GIT_REPO_ID", &Environment::git_repo_id},
    {"VERCEL_GIT_COMMIT_REF", &Environment::git_commit_ref},
    {"VERCEL_GIT_COMMIT_SHA", &Environment::git_commit_sha},
    {"VERCEL_GIT_COMMIT_MESSAGE", &Environment::git_commit_message},
    {"VERCEL_GIT_COMMIT_AUTHOR_LOGIN", &Environment::git_commit_author_login},
    {"VERCEL_GIT_COMMIT_AUTHOR_NAME", &Environment::git_commit_author_name},
    {"VERCEL_GIT_PREVIOUS_SHA", &Environment::git_previous_sha},
    {"VERCEL_GIT_PULL_REQUEST_ID", &Environment::git_pull_request_id},
};

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    if (!value || *value == '\0') return std::nullopt;
    return value;
}

}  // namespace

const Invocation* invocation(const turngate::Request& request) noexcept {
    return request.context.find<Invocation>();
}

std::optional<std::string> oidc_token(const turngate::Request& request) {
    const std::string_view token = request.headers.get("x-vercel-oidc-token");
    if (!token.empty()) return std::string(token);
    return variable("VERCEL_OIDC_TOKEN");
}

SystemEnvironment system_environment() {
    SystemEnvironment out;
    for (const Variable& one : variables)
        out.*one.member = variable(one.name);
    return out;
}

}  // namespace turngate::vercel
