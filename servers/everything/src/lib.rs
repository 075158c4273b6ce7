//! The fixture of the official conformance suite: every feature of the SDK, under the names that the suite asks for.
//!
//! Modules name each other by `super`, because the SDK's own tests take this file in as a module.

mod argument;
mod content;
mod form;
mod notice;
mod prompts;
mod question;
mod resources;
mod round;
mod sample;
mod values;

use wasmmcp::prelude::*;

/// The server.
pub static SERVER: Server = Server::new("everything", env!("CARGO_PKG_VERSION"))
    .title("Everything")
    .instructions("A fixture: every feature under the names that the conformance suite asks for.")
    .tools(tools![
        content::test_simple_text,
        content::test_image_content,
        content::test_audio_content,
        content::test_embedded_resource,
        content::test_multiple_content_types,
        content::test_error_handling,
        notice::test_tool_with_logging,
        notice::test_logging_tool,
        notice::test_tool_with_progress,
        question::test_sampling,
        question::test_elicitation,
        question::test_elicitation_sep1034_defaults,
        question::test_elicitation_sep1330_enums,
        question::test_streaming_elicitation,
        question::test_missing_capability,
        round::test_input_required_result_elicitation,
        round::test_input_required_result_sampling,
        round::test_input_required_result_list_roots,
        round::test_input_required_result_request_state,
        round::test_input_required_result_tampered_state,
        round::test_input_required_result_multiple_inputs,
        round::test_input_required_result_multi_round,
        round::test_input_required_result_capabilities,
        notice::count_until_cancelled,
        argument::json_schema_2020_12_tool,
        argument::test_header_mirror,
    ])
    .prompts(prompts![
        prompts::test_simple_prompt,
        prompts::test_prompt_with_arguments,
        prompts::test_prompt_with_embedded_resource,
        prompts::test_prompt_with_image,
        prompts::test_input_required_result_prompt,
    ])
    .resources(resources![
        resources::static_text,
        resources::static_binary,
        resources::watched,
        resources::example,
        resources::template,
    ])
    .complete(values::complete);

wasmmcp::export!(SERVER);
