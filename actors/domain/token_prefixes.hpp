#pragma once
// Tokens that are known by how they begin: which characters follow, and how many.
// @source the vendors' pages on their token formats; the rules of gitleaks and of GitHub's secret scanning, which
// collect them.

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace claw {

enum class alphabet : uint8_t { alnum, word, upper_alnum, lower_alnum, hex, alnum_dash, alnum_under, dotted, base64 };

struct prefix_shape {
  std::string_view prefix;
  alphabet body;
  std::size_t body_min;
  std::size_t body_max; ///< where it is `body_min`, no further letter or digit may follow
};

inline constexpr std::size_t prefixed_bytes_max = 1'024;

namespace prefixes {

constexpr auto any = prefixed_bytes_max;

/// In the order of their first bytes.
inline constexpr std::array shapes{
    prefix_shape{"A3T", alphabet::upper_alnum, 17, 17},               // AWS
    prefix_shape{"ABIA", alphabet::upper_alnum, 16, 16},              //
    prefix_shape{"ACCA", alphabet::upper_alnum, 16, 16},              //
    prefix_shape{"AGE-SECRET-KEY-1", alphabet::upper_alnum, 50, any}, // age
    prefix_shape{"AIza", alphabet::word, 35, any},                    // Google
    prefix_shape{"AKCp", alphabet::alnum, 60, any},                   // Artifactory
    prefix_shape{"AKIA", alphabet::upper_alnum, 16, 16},              // AWS
    prefix_shape{"ASIA", alphabet::upper_alnum, 16, 16},              //
    prefix_shape{"ATATT3", alphabet::base64, 60, any},                // Atlassian
    prefix_shape{"ATCTT3", alphabet::base64, 60, any},                //
    prefix_shape{"ATBB", alphabet::alnum, 32, 32},                    // Bitbucket
    prefix_shape{"CFPAT-", alphabet::word, 43, any},                  // Contentful
    prefix_shape{"CLOJARS_", alphabet::lower_alnum, 60, any},         // Clojars
    prefix_shape{"EAACEdEose0cBA", alphabet::alnum, 20, any},         // Facebook
    prefix_shape{"EZAK", alphabet::alnum, 54, 54},                    // EasyPost
    prefix_shape{"EZTK", alphabet::alnum, 54, 54},                    //
    prefix_shape{"FLWSECK_TEST-", alphabet::alnum, 12, any},          // Flutterwave
    prefix_shape{"FLWSECK-", alphabet::alnum, 12, any},               //
    prefix_shape{"GOCSPX-", alphabet::word, 28, any},                 // Google
    prefix_shape{"HRKU-AA", alphabet::word, 50, any},                 // Heroku
    prefix_shape{"LTAI", alphabet::alnum, 20, 20},                    // Alibaba
    prefix_shape{"NRAK-", alphabet::upper_alnum, 27, any},            // New Relic
    prefix_shape{"NRII-", alphabet::word, 32, any},                   //
    prefix_shape{"PMAK-", alphabet::alnum_dash, 59, any},             // Postman
    prefix_shape{"SG.", alphabet::dotted, 60, any},                   // SendGrid
    prefix_shape{"SK", alphabet::hex, 32, 32},                        // Twilio
    prefix_shape{"bkua_", alphabet::hex, 40, any},                    // Buildkite
    prefix_shape{"cio", alphabet::alnum, 32, 32},                     // crates.io
    prefix_shape{"dapi", alphabet::hex, 32, any},                     // Databricks
    prefix_shape{"dckr_pat_", alphabet::word, 27, any},               // Docker Hub
    prefix_shape{"dckr_oat_", alphabet::word, 27, any},               //
    prefix_shape{"doo_v1_", alphabet::hex, 64, any},                  // DigitalOcean
    prefix_shape{"dop_v1_", alphabet::alnum, 64, any},                //
    prefix_shape{"dor_v1_", alphabet::hex, 64, any},                  //
    prefix_shape{"dp.ct.", alphabet::alnum, 40, any},                 // Doppler
    prefix_shape{"dp.pt.", alphabet::alnum, 40, any},                 //
    prefix_shape{"dp.st.", alphabet::dotted, 40, any},                //
    prefix_shape{"dt0c01.", alphabet::dotted, 80, any},               // Dynatrace
    prefix_shape{"duffel_live_", alphabet::base64, 40, any},          // Duffel
    prefix_shape{"duffel_test_", alphabet::base64, 40, any},          //
    prefix_shape{"figd_", alphabet::word, 38, any},                   // Figma
    prefix_shape{"fio-u-", alphabet::word, 60, any},                  // Frame.io
    prefix_shape{"fm1r_", alphabet::base64, 100, any},                // Fly.io
    prefix_shape{"fm2_", alphabet::base64, 100, any},                 //
    prefix_shape{"fo1_", alphabet::word, 43, any},                    //
    prefix_shape{"ghp_", alphabet::alnum, 36, any},                   // GitHub
    prefix_shape{"gho_", alphabet::alnum, 36, any},                   //
    prefix_shape{"ghu_", alphabet::alnum, 36, any},                   //
    prefix_shape{"ghs_", alphabet::alnum, 36, any},                   //
    prefix_shape{"ghr_", alphabet::alnum, 36, any},                   //
    prefix_shape{"github_pat_", alphabet::alnum_under, 22, any},      //
    prefix_shape{"glagent-", alphabet::word, 50, any},                // GitLab
    prefix_shape{"glcbt-", alphabet::word, 20, any},                  //
    prefix_shape{"gldt-", alphabet::word, 20, any},                   //
    prefix_shape{"glffct-", alphabet::word, 20, any},                 //
    prefix_shape{"glft-", alphabet::word, 20, any},                   //
    prefix_shape{"glimt-", alphabet::word, 25, any},                  //
    prefix_shape{"gloas-", alphabet::word, 64, any},                  //
    prefix_shape{"glpat-", alphabet::dotted, 20, any},                //
    prefix_shape{"glptt-", alphabet::word, 40, any},                  //
    prefix_shape{"glrt-", alphabet::dotted, 20, any},                 //
    prefix_shape{"glsoat-", alphabet::word, 20, any},                 //
    prefix_shape{"glc_", alphabet::base64, 32, any},                  // Grafana
    prefix_shape{"glsa_", alphabet::alnum_under, 41, any},            //
    prefix_shape{"gsk_", alphabet::alnum, 40, any},                   // Groq
    prefix_shape{"hf_", alphabet::alnum, 30, any},                    // Hugging Face
    prefix_shape{"hvb.", alphabet::word, 90, any},                    // Vault
    prefix_shape{"hvs.", alphabet::word, 24, any},                    //
    prefix_shape{"ico-", alphabet::alnum, 32, any},                   // Infracost
    prefix_shape{"key-", alphabet::hex, 32, 32},                      // Mailgun
    prefix_shape{"lin_api_", alphabet::alnum, 40, any},               // Linear
    prefix_shape{"nfp_", alphabet::alnum, 36, any},                   // Netlify
    prefix_shape{"npm_", alphabet::alnum, 36, any},                   // npm
    prefix_shape{"ntn_", alphabet::alnum, 40, any},                   // Notion
    prefix_shape{"nvapi-", alphabet::word, 60, any},                  // NVIDIA
    prefix_shape{"ops_eyJ", alphabet::base64, 200, any},              // 1Password
    prefix_shape{"oy2", alphabet::lower_alnum, 43, 43},               // NuGet
    prefix_shape{"p8e-", alphabet::lower_alnum, 32, any},             // Adobe
    prefix_shape{"pnu_", alphabet::lower_alnum, 36, any},             // Prefect
    prefix_shape{"pplx-", alphabet::alnum, 40, any},                  // Perplexity
    prefix_shape{"pscale_oauth_", alphabet::dotted, 32, any},         // PlanetScale
    prefix_shape{"pscale_pw_", alphabet::dotted, 32, any},            //
    prefix_shape{"pscale_tkn_", alphabet::dotted, 32, any},           //
    prefix_shape{"pul-", alphabet::hex, 40, any},                     // Pulumi
    prefix_shape{"pypi-AgE", alphabet::word, 50, any},                // PyPI
    prefix_shape{"r8_", alphabet::alnum, 37, any},                    // Replicate
    prefix_shape{"rdme_", alphabet::lower_alnum, 70, any},            // ReadMe
    prefix_shape{"rk_live_", alphabet::alnum, 10, any},               // Stripe
    prefix_shape{"rk_test_", alphabet::alnum, 10, any},               //
    prefix_shape{"rubygems_", alphabet::hex, 48, any},                // RubyGems
    prefix_shape{"sbp_", alphabet::hex, 40, any},                     // Supabase
    prefix_shape{"secret_", alphabet::alnum, 43, 43},                 // Notion
    prefix_shape{"sgp_", alphabet::alnum_under, 40, any},             // Sourcegraph
    prefix_shape{"sha256~", alphabet::word, 43, any},                 // OpenShift
    prefix_shape{"shippo_live_", alphabet::hex, 40, any},             // Shippo
    prefix_shape{"shippo_test_", alphabet::hex, 40, any},             //
    prefix_shape{"shpat_", alphabet::hex, 32, any},                   // Shopify
    prefix_shape{"shpca_", alphabet::hex, 32, any},                   //
    prefix_shape{"shppa_", alphabet::hex, 32, any},                   //
    prefix_shape{"shpss_", alphabet::hex, 32, any},                   //
    prefix_shape{"sk_live_", alphabet::alnum, 10, any},               // Stripe
    prefix_shape{"sk_test_", alphabet::alnum, 10, any},               //
    prefix_shape{"sntrys_", alphabet::base64, 60, any},               // Sentry
    prefix_shape{"sntryu_", alphabet::hex, 64, any},                  //
    prefix_shape{"sq0atp-", alphabet::word, 22, any},                 // Square
    prefix_shape{"sq0csp-", alphabet::word, 43, any},                 //
    prefix_shape{"tfp_", alphabet::dotted, 59, any},                  // Typeform
    prefix_shape{"tk-us-", alphabet::word, 48, any},                  // Scalingo
    prefix_shape{"tskey-", alphabet::alnum_dash, 20, any},            // Tailscale
    prefix_shape{"whsec_", alphabet::base64, 32, any},                // Stripe
    prefix_shape{"xai-", alphabet::alnum, 60, any},                   // xAI
    prefix_shape{"xapp-", alphabet::alnum_dash, 20, any},             // Slack
    prefix_shape{"xkeysib-", alphabet::alnum_dash, 70, any},          // Brevo
    prefix_shape{"xoxa-", alphabet::alnum_dash, 10, any},             // Slack
    prefix_shape{"xoxb-", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"xoxe-", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"xoxe.", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"xoxp-", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"xoxr-", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"xoxs-", alphabet::alnum_dash, 10, any},             //
    prefix_shape{"ya29.", alphabet::word, 30, any},                   // Google
};

constexpr bool begins_before(const prefix_shape& a, const prefix_shape& b) {
  return a.prefix.front() < b.prefix.front();
}
static_assert(std::is_sorted(shapes.begin(), shapes.end(), begins_before));

} // namespace prefixes

} // namespace claw
