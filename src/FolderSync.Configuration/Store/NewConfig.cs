using System.Security.Cryptography;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Store;

/// <summary>The `config.yaml` of a new home directory.</summary>
public static class NewConfig
{
    /// <summary>160 random bits as letters and digits that aren't easily confused.</summary>
    public static string ApiKey() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789", 28);

    /// <param name="name">This device's name for its peers.</param>
    public static string Text(string name, string apiKey) =>
        $"""
         {ConfigJsonSchema.Header}
         # FolderSync's configuration. Save it and it is in force within a second; a mistake is named, with its line, in the log
         # and on the page, and what was in force stays so. Your comments and their order are kept when the page changes something.
         # What is not written here has its default. Every option is shown in config-samples/.

         device:
           name: {YamlWriter.Inline(YamlValue.Text(name))}

         # The web page and the REST interface.
         page:
           address: {PageConfig.DefaultAddress}
           api-key: {YamlWriter.Inline(YamlValue.Text(apiKey))}

         network:
           # listen: [default]        # default is tcp://0.0.0.0:22000
           # local-discovery: false   # don't tell the LAN of this device, nor look for others there

         limits:
           # send: 2 MiB/s            # to all devices together; off by default
           # receive: off

         # What you are told of on the desktop.
         notifications:
           # pairing: false           # all are on by default: pairing, folders, conflicts, errors

         # The other devices. `foldersync id` shows a device's ID; `foldersync pair ID` writes the entry for you.
         devices:
           # - id: AAAAAAA-BBBBBBB-CCCCCCC-DDDDDDD-EEEEEEE-FFFFFFF-GGGGGGG-HHHHHHH
           #   name: phone
           #   addresses: [dynamic]   # or tcp://192.168.1.5:22000

         # What is kept the same. `foldersync share PATH --with NAME` writes the entry for you.
         folders:
           # - id: documents          # the same on all devices
           #   path: ~/Documents
           #   with: [phone]          # devices, by name or ID

         """;
}
