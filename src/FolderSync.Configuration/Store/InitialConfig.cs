using System.Security.Cryptography;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Store;

/// <summary>The `config.yaml` of a new home directory.</summary>
public static class InitialConfig
{
    /// <summary>160 random bits as letters and digits that aren't easily confused.</summary>
    public static string ApiKey() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789", 28);

    /// <param name="name">This device's name for its peers.</param>
    public static string Text(string name, string apiKey) =>
        $"""
         {ConfigJsonSchema.Header}
         # FolderSync's configuration. A saved change is applied within a second; if the file is invalid, the log and the page show the
         # line, and the last valid version stays in force. Changes made on the page keep your comments and their order.
         # Options that are missing here have their default. config-samples/ shows every option.

         device:
           name: {YamlWriter.Inline(YamlValue.Text(name))}

         # The web page and the REST API.
         page:
           address: {PageConfig.DefaultAddress}
           api-key: {YamlWriter.Inline(YamlValue.Text(apiKey))}

         network:
           # listen: [default]        # default is tcp://0.0.0.0:22000
           # local-discovery: false   # don't announce this device on the LAN, and don't look for others there

         limits:
           # send: 2 MiB/s            # for all devices together; off by default
           # receive: off

         # Desktop notifications.
         notifications:
           # pairing: false           # all are on by default: pairing, folders, conflicts, errors

         # The other devices. `foldersync id` shows a device's ID; `foldersync pair ID` writes the entry for you.
         devices:
           # - id: AAAAAAA-BBBBBBB-CCCCCCC-DDDDDDD-EEEEEEE-FFFFFFF-GGGGGGG-HHHHHHH
           #   name: phone
           #   addresses: [dynamic]   # or tcp://192.168.1.5:22000

         # The synchronized folders. `foldersync share PATH --with NAME` writes the entry for you.
         folders:
           # - id: documents          # the same on all devices
           #   path: ~/Documents
           #   with: [phone]          # devices, by name or ID

         """;
}
