using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using Xunit;

namespace FolderSync.Configuration.Tests.Store;

public sealed class ConfigOverridesTests
{
    private static ConfigOverrides Of(params (string Name, string Value)[] variables) =>
        ConfigOverrides.FromEnvironment(name => variables.FirstOrDefault(v => v.Name == name).Value);

    [Fact]
    public void Every_option_of_a_section_has_a_variable()
    {
        foreach (var section in ConfigSchema.Groups)
        {
            foreach (var option in section.Options)
            {
                var name = ConfigOverrides.Variable(section.Name, option.Key);
                Assert.Matches("^FOLDERSYNC_[A-Z_]+$", name);
                var value = option.Type switch
                {
                    ConfigType.Bool => option.Default.Same(YamlValue.Of(true)) ? "false" : "true",
                    ConfigType.Int i => $"{i.Min + 1}",
                    ConfigType.Duration => "3h",
                    ConfigType.Rate => "3 MiB/s",
                    ConfigType.Size => "3 MiB",
                    _ when option.Key is "listen" => "tcp://127.0.0.1:1,tcp://127.0.0.1:2",
                    _ when option.Key is "password-hash" => "$2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi",
                    _ when option.Key is "ignored-devices" => "IVLJ3JL-7JN57IS-4WXVBSO-6R4BIUV-OK4Y4D7-3U7WCXV-EBRM2UH-HEOW3Q4",
                    _ => "h:1",
                };
                var set = Of((name, value)).ApplyTo(new ServiceConfig());
                Assert.False(section.Write(option, set).Same(option.Default), name);
            }
        }
        Assert.Equal("FOLDERSYNC_PAGE_API_KEY", ConfigOverrides.Variable("page", "api-key"));
    }

    [Fact]
    public void A_flag_is_over_a_variable_and_the_newer_variable_over_the_older()
    {
        var overrides = Of(("FOLDERSYNC_GUI_ADDRESS", "a:1"), ("FOLDERSYNC_PAGE_ADDRESS", "b:2"), ("FOLDERSYNC_PAGE_USER", ""));
        Assert.Equal("b:2", overrides.ApplyTo(new ServiceConfig()).Page.Address);
        Assert.Single(overrides.All);
        var flagged = overrides.WithFlag("--set", "page.address=c:3");
        Assert.Equal(("c:3", "--set", false), (flagged.ApplyTo(new ServiceConfig()).Page.Address, flagged.All.Single().Source, flagged.All.Single().IsVariable));
    }

    [Theory]
    [InlineData("limits.sned=1 MiB/s", "Did you mean 'limits.send'?")]
    [InlineData("limits.send", "sets nothing")]
    [InlineData("nonsense", "SECTION.OPTION=VALUE")]
    public void A_wrong_flag_is_told(string flag, string told) =>
        Assert.Contains(told, Assert.Throws<ConfigException>(() => ConfigOverrides.None.WithFlag("--set", flag)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_wrong_value_names_its_variable()
    {
        var e = Assert.Throws<ConfigException>(() => Of(("FOLDERSYNC_PAGE_TLS", "maybe"), ("FOLDERSYNC_LIMITS_SEND", "100")).ApplyTo(new ServiceConfig()));
        Assert.Equal(["FOLDERSYNC_PAGE_TLS: 'tls' must be true or false, not 'maybe'.", "FOLDERSYNC_LIMITS_SEND: 'send' must be a rate, not '100'. Write a number with its unit, such as 500 KiB/s or 2 MiB/s, or off."],
            e.Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void A_misspelt_variable_is_told_and_others_are_left_alone() =>
        Assert.Equal(["There is no option for the variable FOLDERSYNC_PAGE_ADRESS; it has no effect. Did you mean FOLDERSYNC_PAGE_ADDRESS?"],
            ConfigOverrides.FindMisspelled(["PATH", "FOLDERSYNC_HOME", "FOLDERSYNC_TLS", "FOLDERSYNC_PAGE_ADRESS", "FOLDERSYNC_PAGE_USER", "FOLDERSYNC_GUI_APIKEY"]));
}
