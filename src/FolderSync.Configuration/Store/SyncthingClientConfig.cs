using System.Xml;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;

namespace FolderSync.Configuration.Store;

/// <summary>
/// The home directory's `config.xml`, where programs made for Syncthing (`syncthing cli --home`, syncthingctl, Syncthing Tray) look for the address
/// and key of the REST interface. It follows the configuration; FolderSync never reads it.
/// </summary>
public sealed class SyncthingClientConfig : IDisposable
{
    public const string FileName = "config.xml";

    /// <summary>In the first lines: distinguishes this file from a real Syncthing's.</summary>
    public const string Marker = "Created by FolderSync for programs that look here for Syncthing's address and key";

    /// <summary>The oldest format version that all clients in use read.</summary>
    private const string FormatVersion = "36";

    private readonly ConfigStore _config;
    private readonly DeviceId _self;
    private readonly PageConfig _running;
    private readonly ILogger _log;

    /// <param name="running">The page as it is listening: its address and certificate only change with a restart.</param>
    public SyncthingClientConfig(ConfigStore config, DeviceId self, PageConfig running, ILogger log)
    {
        (_config, _self, _running, _log) = (config, self, running, log);
        Write();
        config.Changed += OnChanged;
    }

    public void Dispose() => _config.Changed -= OnChanged;

    public static bool IsOurs(string path)
    {
        using var reader = new StreamReader(path);
        var start = new char[512];
        return new string(start, 0, reader.ReadBlock(start)).Contains(Marker, StringComparison.Ordinal);
    }

    /// <param name="page">With the address for programs on this computer.</param>
    public static string Text(DeviceId self, string name, PageConfig page)
    {
        var text = new StringWriter { NewLine = "\n" };
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, IndentChars = "    ", NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteComment($" {Marker}. The settings are in config.yaml; changes here are lost. ");
            xml.WriteStartElement("configuration");
            xml.WriteAttributeString("version", FormatVersion);
            xml.WriteStartElement("device");
            xml.WriteAttributeString("id", self.ToString());
            xml.WriteAttributeString("name", string.Concat(name.Where(XmlConvert.IsXmlChar)));
            xml.WriteElementString("address", "dynamic");
            xml.WriteEndElement();
            xml.WriteStartElement("gui");
            xml.WriteAttributeString("enabled", page.Enabled ? "true" : "false");
            xml.WriteAttributeString("tls", page.Tls ? "true" : "false");
            xml.WriteElementString("address", page.Address);
            xml.WriteElementString("apikey", string.Concat(page.ApiKey.Where(XmlConvert.IsXmlChar)));
            xml.WriteElementString("theme", "default");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return text.ToString() + "\n";
    }

    private void OnChanged(ConfigChange change)
    {
        if (change.Old.Page != change.New.Page || change.Old.Engine.Name != change.New.Engine.Name)
            Write();
    }

    private void Write()
    {
        var path = System.IO.Path.Combine(_config.Home.Path, FileName);
        try
        {
            if (File.Exists(path) && !IsOurs(path))
            {
                Log.NoClientConfig(_log, path, "it exists, and FolderSync didn't create it.");
                return;
            }
            var current = _config.Current;
            DurableFile.Write(path, Text(_self, current.Engine.Name, current.Page with { Address = _running.Address, Tls = _running.Tls, Enabled = _running.Enabled }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoClientConfig(_log, path, e.Message);
        }
    }
}
