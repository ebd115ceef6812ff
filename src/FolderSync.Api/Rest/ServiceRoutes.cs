using System.Security.Cryptography;
using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using QRCoder;

namespace FolderSync.Api.Rest;

/// <summary>/rest/svc and /qr/: small services to a page.</summary>
internal static class ServiceRoutes
{
    private const int MaxRandom = 1024;
    private const int MaxCode = 1000;

    public static void Map(WebApplication app, RouteGroupBuilder rest)
    {
        rest.MapGet("/svc/deviceid", NormalizeDeviceId);
        rest.MapGet("/svc/random/string", (int? length) => RestJson.Of(Random(length), RestJson.Types.RandomText));
        rest.MapGet("/svc/lang", (HttpContext context) => RestJson.Of(Languages(context.Request.Headers.AcceptLanguage.ToString()), RestJson.Types.IReadOnlyListString));
        app.MapGet("/qr/", (HttpContext context, string? text) => Code(context, text));
    }

    private static RandomText Random(int? length) => new(RandomNumberGenerator.GetString(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        length is null or 0 ? 32 : length is > 0 and <= MaxRandom ? length.Value : throw new BadHttpRequestException($"length is to be 1 to {MaxRandom}.")));

    private static IResult NormalizeDeviceId(string? id) => RestJson.Of(
        DeviceIdText.TryParse(id ?? "", out var device, out var why) ? new DeviceIdCheck(device.ToString(), null) : new DeviceIdCheck(null, why), RestJson.Types.DeviceIdCheck);

    /// <summary>As the header lists them, lower-case.</summary>
    private static IReadOnlyList<string> Languages(string header) =>
        [.. header.Split(',').Select(l => l.Split(';')[0].Trim().ToLowerInvariant()).Where(l => l.Length is > 0 and < 36).Take(50)];

    /// <summary>A PNG, as Syncthing sends it; an SVG to who says that it takes one.</summary>
    private static IResult Code(HttpContext context, string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxCode)
            throw new BadHttpRequestException($"Say what the code is to hold: ?text=, at most {MaxCode} characters.");
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        if (!context.Request.Headers.Accept.ToString().Contains("image/svg+xml", StringComparison.OrdinalIgnoreCase))
            return Results.Bytes(new PngByteQRCode(data).GetGraphic(8), "image/png");
        var svg = new SvgQRCode(data).GetGraphic(8, "#000000", "#ffffff", sizingMode: SvgQRCode.SizingMode.ViewBoxAttribute);
        return Results.Text(svg, "image/svg+xml; charset=utf-8");
    }
}
